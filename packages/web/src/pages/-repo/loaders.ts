import type { QueryClient } from '@tanstack/react-query'
import { redirect } from '@tanstack/react-router'
import { entryQuery, loadLastCommits, markdownQuery, textQuery, treeQuery } from '../../lib/file-queries.js'
import type { RepoKindName } from '../../lib/repo-list.js'
import { headCommitQuery, repoQuery } from '../../lib/repo-queries.js'
import { isBytes, viewerOf } from './blob/viewer-of.js'

interface Place {
  kind: RepoKindName
  id: string
  rev: string
  path: string
}

/** Entries that are surely in sight when a folder opens. */
const firstEntries = 40
/** Last commits that take longer come in after the names. */
const patienceMs = 250

const within = (work: Promise<unknown>, ms: number) =>
  Promise.race([work.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, ms))])

/** A repository's facts. Under an old name the same page opens under the new one: the server tells where it went. */
export async function loadRepo(client: QueryClient, kind: RepoKindName, id: string, href: string): Promise<void> {
  const facts = await client.ensureQueryData(repoQuery(kind, id))
  if (facts.id.toLowerCase() === id.toLowerCase()) return
  const prefix = kind === 'model' ? '/' : '/datasets/'
  throw redirect({ href: `${prefix}${facts.id}${href.slice(prefix.length + id.length)}`, replace: true })
}

/** A folder opens with its names, and with the last commits of the first of them when they are quick to tell. */
export async function loadFolder(client: QueryClient, { kind, id, rev, path }: Place): Promise<void> {
  const head = client.ensureQueryData(headCommitQuery(kind, id, rev, path))
  const { pages } = await client.ensureInfiniteQueryData(treeQuery(kind, id, rev, path))
  const first = pages[0]
  if (!first) return
  const place = { kind, id, commit: first.commit, folder: path }
  const folders = first.entries.filter(({ type }) => type === 'directory')
  const ordered = first.cursor ? first.entries : [...folders, ...first.entries.filter(({ type }) => type === 'file')]
  const paths = ordered.slice(0, firstEntries).map((entry) => entry.path)
  await within(Promise.all([head, paths.length > 0 ? loadLastCommits(client, place, paths) : undefined]), patienceMs)
}

/** A file opens with its facts and, when it is text, its beginning. */
export async function loadFile(client: QueryClient, { kind, id, rev, path }: Place): Promise<void> {
  const viewer = viewerOf(path)
  await Promise.all([
    client.ensureQueryData(entryQuery(kind, id, rev, path)),
    within(client.ensureQueryData(headCommitQuery(kind, id, rev, path)), patienceMs),
    isBytes(viewer) ? undefined : client.ensureQueryData(textQuery(kind, id, rev, path)).catch(() => undefined),
    viewer === 'markdown' ? client.ensureQueryData(markdownQuery(kind, id, rev, path)) : undefined,
  ])
}
