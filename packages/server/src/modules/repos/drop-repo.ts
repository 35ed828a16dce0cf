import type { Tx } from '../../kit/db/database.js'
import { dropStore } from '../git/index.js'
import { deleteRepoRow } from './queries/repos.js'

/** Removes a repository with its git data; false when it is gone already. */
export async function dropRepo(tx: Tx, repoId: string): Promise<boolean> {
  if (!(await deleteRepoRow(tx, repoId))) return false
  await dropStore(tx, repoId)
  return true
}
