import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tx } from '../../../kit/db/database.js'
import type { MeteringDeps } from '../deps.js'
import { clearingAccount } from '../gate/lease.js'
import { advanceWindows, deleteLeases, lockLeases } from '../gate/queries.js'
import { resizeLease } from '../gate/resize-lease.js'
import { listSegments } from '../journal/queries.js'
import { listSegmentFiles, segmentName } from '../journal/segment-file.js'
import { dropLocalSegment, readSegment, uploadSegment } from '../journal/segment-store.js'
import { applyGroup, transferId } from '../../commerce/index.js'
import type { FoldDeps } from './charge.js'
import { createFolder, type SegmentSource } from './folder.js'
import { closeJournal, findJournal, listOpenJournals, listSilentJournals } from './queries.js'

export type ReplayDeps = FoldDeps & Pick<MeteringDeps, 'db' | 'blobs' | 'log' | 'dataDir'>

/** A process unheard of for this long is dead with its disk: what it uploaded is counted, what it held is freed. */
const ORPHAN_AFTER_MS = 24 * 3_600_000

/** Counts what earlier processes of this data folder left, then frees what they held. */
export async function replayOwnJournals(deps: ReplayDeps, folder: string, nodeId: string): Promise<void> {
  const files = await listSegmentFiles(folder)
  const open = await listOpenJournals(deps.db, nodeId)
  for (const journalId of new Set([...open, ...files.map((file) => file.journalId)])) {
    await replayJournal(deps, folder, journalId)
  }
}

/** Takes over processes that died with their disks: their sealed segments are in the blob store, the unproven rest is never charged. */
export async function takeOverOrphans(deps: ReplayDeps, folder: string, nodeId: string): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - ORPHAN_AFTER_MS)
  for (const journal of await listSilentJournals(deps.db, nodeId, before)) {
    deps.log.warn('a server was not heard of for a day; its uploaded usage is counted and its leases are freed', {
      journalId: journal.id,
    })
    for (const { number } of await listSegments(deps.db, journal.id, journal.segment)) {
      const path = join(folder, segmentName(journal.id, number))
      const bytes = await readSegment(deps, { journalId: journal.id, number, path, durableBytes: null })
      if (bytes) await writeFile(path, bytes, { mode: 0o600 })
    }
    await replayJournal(deps, folder, journal.id)
  }
}

/** Folds the segments of one dead journal that lie in the folder, keeps them in the blob store, frees its leases, closes it. */
async function replayJournal(deps: ReplayDeps, folder: string, journalId: string): Promise<void> {
  const row = await findJournal(deps.db, journalId)
  if (!row) {
    deps.log.warn('a journal of another database lies in the data folder and is left alone', { journalId })
    return
  }
  const own = (await listSegmentFiles(folder)).filter((file) => file.journalId === journalId)
  const sizes = new Map<number, number>()
  for (const file of own) sizes.set(file.number, (await stat(file.path)).size)
  const wasTakenOver = row.closedAt !== null
  if (wasTakenOver) deps.log.warn('usage that was found too late is kept and not charged', { journalId })
  else await createFolder(deps, leftSource(folder, journalId, sizes), row, () => undefined).fold()
  for (const file of own) {
    const place = { journalId, number: file.number, path: file.path, sizeBytes: sizes.get(file.number) ?? 0 }
    await uploadSegment(deps, place)
  }
  await deps.write(async (tx) => {
    await freeLeases(deps, tx, journalId)
    if (!wasTakenOver) await closeJournal(tx, journalId, deps.clock.now())
  })
  for (const file of own) await dropLocalSegment(file.path)
}

function leftSource(folder: string, journalId: string, sizes: ReadonlyMap<number, number>): SegmentSource {
  return {
    journalId,
    durableBytes: (segment) => sizes.get(segment) ?? 0,
    nextSegment: (segment) => nextOf([...sizes.keys()], segment),
    isFinished: () => true,
    path: (segment) => join(folder, segmentName(journalId, segment)),
  }
}

/** The smallest of the segments after one, or null. */
export function nextOf(segments: readonly number[], after: number): number | null {
  const later = segments.filter((segment) => segment > after)
  return later.length === 0 ? null : Math.min(...later)
}

/** Voids what a process held and did not use. Only after its journal was folded to the end. */
export async function freeLeases(deps: Pick<ReplayDeps, 'clock'>, tx: Tx, journalId: string): Promise<void> {
  const leases = await lockLeases(tx, journalId, null)
  const wallets = leases.filter((lease) => lease.scope === 'wallet')
  const transfers = wallets.flatMap(
    (lease) => resizeLease(lease, 0n, clearingAccount(journalId, lease.subjectId), '').transfers,
  )
  const id = transferId('leases.free', journalId)
  if (transfers.length > 0) await applyGroup(tx, { id, at: deps.clock.now(), accounts: [], transfers })
  const windows = leases.filter((lease) => lease.scope === 'budget')
  await advanceWindows(
    tx,
    windows.map((lease) => ({
      budgetId: lease.subjectId,
      startsAt: lease.windowStart,
      unleased: lease.amountMicros,
      used: 0n,
    })),
  )
  await deleteLeases(tx, journalId)
}
