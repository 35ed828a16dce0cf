import { setImmediate as nextTurn } from 'node:timers/promises'
import { refuse, type RepoType } from '@stoa/contracts'
import type { CheckedPack, LfsPointer } from '@stoa/git'
import type { Db } from '../../../kit/db/database.js'
import { checkCard } from './check-card.js'
import { findLfsObjects } from '../queries/lfs.js'

const MAX_NAMED = 20

/**
 * The rules that a push shares with commits: the large files it points at are uploaded, its cards can be read.
 * Throws `LfsObjectMissing`, `InvalidCard`.
 */
export async function checkPush(db: Db, repo: { id: string; type: RepoType }, pack: CheckedPack): Promise<void> {
  for (const card of pack.cards) {
    checkCard(repo.type, card)
    await nextTurn()
  }
  await demandLargeFiles(db, repo.id, pack.lfs)
}

/** Throws `LfsObjectMissing` unless the repository holds all of these. */
export async function demandLargeFiles(db: Db, repoId: string, lfs: readonly LfsPointer[]): Promise<void> {
  if (lfs.length === 0) return
  const present = await findLfsObjects(
    db,
    repoId,
    lfs.map(({ oid }) => oid),
  )
  const missing = lfs.filter(({ oid, sizeBytes }) => present.get(oid)?.sizeBytes !== BigInt(sizeBytes))
  if (missing.length === 0) return
  throw refuse(
    'LfsObjectMissing',
    [
      'Your push was rejected because it points at large files that are not here or have another size.',
      'Run "git lfs push --all" for this remote, then push again.',
      'Missing objects:',
      ...missing.slice(0, MAX_NAMED).map(({ oid, sizeBytes }) => `  - ${oid} (${sizeBytes} bytes)`),
    ].join('\n'),
  )
}
