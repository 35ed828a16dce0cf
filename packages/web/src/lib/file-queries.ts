import {
  type FileInspection,
  inspectFile,
  listRootTree,
  listTree,
  pathsInfo,
  renderedCard,
  type TreeEntryJson,
} from '@stoa/contracts'
import { nextPage } from '@stoa/sdk'
import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query'
import { api } from './api.js'
import type { RepoKindName } from './repo-list.js'
import { repoParams } from './repo-queries.js'

export type LastCommit = NonNullable<TreeEntryJson['lastCommit']>

/** Entries of a folder, a thousand at a time, with the commit they were read at. */
export const treeQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  infiniteQueryOptions({
    queryKey: [listTree.id, kind, id, rev, path],
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...repoParams(kind, id), rev }
      const query = pageParam ? { cursor: pageParam } : {}
      const response = path
        ? await api.send(listTree, { params: { ...params, '*': path }, query, signal })
        : await api.send(listRootTree, { params, query, signal })
      const next = nextPage(response.headers)
      return {
        entries: (await response.json()) as TreeEntryJson[],
        commit: response.headers.get('x-repo-commit') ?? rev,
        cursor: next ? (new URL(next).searchParams.get('cursor') ?? undefined) : undefined,
      }
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.cursor,
  })

/** What is known of the last commits of a folder's entries; it follows from the commit, so it is never stale. */
export type LastCommits = Readonly<Record<string, LastCommit | null>>
export const lastCommitsKey = (kind: RepoKindName, id: string, commit: string, folder: string) => [
  'last-commits',
  kind,
  id,
  commit,
  folder,
]

/** Asks for the last commits of some entries and adds them to what is known of their folder. */
export async function loadLastCommits(
  client: QueryClient,
  place: { kind: RepoKindName; id: string; commit: string; folder: string },
  paths: readonly string[],
): Promise<void> {
  const { kind, id, commit, folder } = place
  const response = await api.send(pathsInfo, {
    params: { ...repoParams(kind, id), rev: commit },
    body: { paths: [...paths], expand: true },
  })
  const found = (await response.json()) as TreeEntryJson[]
  const answers = Object.fromEntries(paths.map((path) => [path, null as LastCommit | null]))
  for (const { path, lastCommit } of found) if (lastCommit) answers[path] = lastCommit
  client.setQueryData<LastCommits>(lastCommitsKey(kind, id, commit, folder), (before) => ({ ...before, ...answers }))
}

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** Address of the bytes of a file. */
export const resolvePath = (kind: RepoKindName, id: string, rev: string, path: string) =>
  `${kind === 'model' ? '' : '/datasets'}/${id}/resolve/${encodeURIComponent(rev)}/${encodePath(path)}`

/** Bytes of a file shown in the browser; the rest is for downloading. */
export const shownBytes = 512 * 1024

/** Size, ids and last commit of one path; null when nothing is there. */
export const entryQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  queryOptions({
    queryKey: [pathsInfo.id, kind, id, rev, path],
    queryFn: async ({ signal }) => {
      const found = await api.send(pathsInfo, {
        params: { ...repoParams(kind, id), rev },
        body: { paths: [path], expand: true },
        signal,
      })
      const [entry] = (await found.json()) as TreeEntryJson[]
      return entry ?? null
    },
  })

/** Part of a file; fewer bytes only at its end. */
export async function readRange(href: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
  return (await readPart(href, start, end, signal)).bytes
}

async function readPart(href: string, start: number, end: number, signal?: AbortSignal) {
  const response = await fetch(href, {
    headers: { range: `bytes=${start}-${end - 1}` },
    ...(signal ? { signal } : {}),
  })
  const commit = response.headers.get('x-repo-commit') ?? undefined
  if (response.status === 416) return { bytes: new Uint8Array(0), commit }
  if (!response.ok) throw new Error(`The server answered ${response.status} for this part of the file.`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { bytes: response.status === 206 ? bytes : bytes.subarray(start, end), commit }
}

/** The beginning of a file as text, undefined when it is not text, and the commit it was read at. */
export const textQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  queryOptions({
    queryKey: ['text', kind, id, rev, path],
    queryFn: async ({ signal }) => {
      const { bytes, commit } = await readPart(resolvePath(kind, id, rev, path), 0, shownBytes, signal)
      return { text: textOf(bytes), commit }
    },
  })

/** UTF-8 text, or undefined for anything else; a character cut at the end is forgiven. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8000).includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}

/** A Markdown file, rendered and made safe by the server. */
export const markdownQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  queryOptions({
    queryKey: [renderedCard.id, kind, id, rev, path],
    queryFn: ({ signal }) => {
      const { namespace, name } = repoParams(kind, id)
      return api.call(renderedCard, { params: { type: kind, namespace, name }, query: { rev, path }, signal })
    },
  })

export const inspectQuery = (kind: RepoKindName, id: string, rev: string, path: string) =>
  queryOptions({
    queryKey: [inspectFile.id, kind, id, rev, path],
    queryFn: ({ signal }): Promise<FileInspection> => {
      const { namespace, name } = repoParams(kind, id)
      return api.call(inspectFile, { params: { type: kind, namespace, name }, query: { rev, path }, signal })
    },
    retry: false,
  })
