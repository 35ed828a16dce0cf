import { StoaError } from '@stoa/contracts'
import type { QueryClient } from '@tanstack/react-query'
import { entryQuery } from '../../../lib/file-queries.js'
import { type CommitTarget, postCommit, putText, removePath } from '../../../lib/post-commit.js'
import { headCommitQuery } from '../../../lib/repo-queries.js'

interface Save extends CommitTarget {
  /** Where the file was; null for a new one. */
  from: string | null
  to: string
  text: string
  /** The git id of the file when it was opened. */
  openedOid?: string | undefined
}

/**
 * Commits a text. When the branch moved meanwhile but this file did not, the commit goes on top; when the file itself has
 * another content now, `RefConflict` is thrown, so that nobody's work is overwritten unseen.
 */
export async function saveFile(client: QueryClient, save: Save) {
  const { from, to, text } = save
  const operations = [putText(to, text), ...(from !== null && from !== to ? [removePath(from)] : [])]
  try {
    return await postCommit(save, operations)
  } catch (error) {
    if (!(error instanceof StoaError) || error.code !== 'RefConflict' || !save.parent) throw error
    const { kind, id, rev } = save
    const head = await client.fetchQuery({ ...headCommitQuery(kind, id, rev, ''), staleTime: 0 })
    const now = await client.fetchQuery({ ...entryQuery(kind, id, rev, from ?? to), staleTime: 0 })
    if (now?.oid !== save.openedOid || !head.commit) throw error
    return await postCommit({ ...save, parent: head.commit.id }, operations)
  }
}
