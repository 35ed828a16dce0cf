import { type CommitLine, createCommit } from '@stoa/contracts'
import { createClient } from '@stoa/sdk'
import type { RepoKindName } from './repo-list.js'
import { repoParams } from './repo-queries.js'

export interface CommitTarget {
  kind: RepoKindName
  id: string
  rev: string
  message: string
  description?: string | undefined
  /** The commit the change was made on; the server refuses when the branch has moved since. */
  parent?: string | undefined
  /** Propose it as a pull request instead of writing to the branch. */
  asPullRequest?: boolean | undefined
}

type Operation = Exclude<CommitLine, { key: 'header' }>

/** Bytes as base64, also when there are many. */
export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** Writes one commit, by the call the Hub's own clients make. Refusals: `RefConflict` when `parent` is not the head any more. */
export async function postCommit(target: CommitTarget, operations: Iterable<Operation> | AsyncIterable<Operation>) {
  const { kind, id, rev, message, description = '', parent, asPullRequest } = target
  const header = { summary: message, description, ...(parent ? { parentCommit: parent } : {}) }
  const parts: string[] = [JSON.stringify({ key: 'header', value: header })]
  for await (const operation of operations) parts.push(`\n${JSON.stringify(operation)}`)
  const body = new Blob(parts)
  const fetchLines: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      body,
      headers: { ...(init?.headers as Record<string, string>), 'content-type': 'application/x-ndjson' },
    })
  return createClient({ baseUrl: '', fetch: fetchLines }).call(createCommit, {
    params: { ...repoParams(kind, id), rev },
    query: asPullRequest ? { create_pr: '1' } : {},
  })
}

export const putText = (path: string, text: string): Operation => ({
  key: 'file',
  value: { path, content: text, encoding: 'utf-8' },
})
export const removePath = (path: string, isFolder = false): Operation => ({
  key: isFolder ? 'deletedFolder' : 'deletedFile',
  value: { path },
})
/** A renamed file keeps its bytes where they are: a copy and a removal in one commit. */
export const movePath = (from: string, to: string): Operation[] => [
  { key: 'copyFile', value: { path: to, srcPath: from } },
  removePath(from),
]
