import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import type { CommerceDeps } from '../deps.js'
import { clearingAccount } from '../gate/lease.js'
import { advanceWindows, deleteLeases, lockLeases } from '../gate/queries.js'
import { resizeLease } from '../gate/resize-lease.js'
import type { Scope } from '../gate/scope.js'
import { listSegmentFiles, segmentName } from '../journal/segment-file.js'
import { dropLocalSegment, readSegment, uploadSegment } from '../journal/segment-store.js'
import { JournalWriter } from '../journal/writer.js'
import { applyGroup } from '../ledger/apply-group.js'
import { transferId } from '../ledger/transfer.js'
import { groupBy } from './price-fold.js'
import { createFolder, type Folder, type SegmentSource } from './folder.js'
import type { FoldDeps } from './fold-calls.js'
import { closeJournal, findJournal, insertJournal } from './queries.js'

/** Where segments lie under the data folder. */
export const JOURNAL_FOLDER = 'journal'

export interface Metering {
  readonly journal: JournalWriter
  /** Waits for what is being written, then folds everything durable. */
  fold(): Promise<void>
  /** Seals by age, uploads what is sealed, drops what is folded and uploaded. */
  tend(): Promise<void>
  /** The bytes of any segment, from this disk or the blob store; null when it is gone. */
  readSegment(journalId: string, segment: number): Promise<Buffer | null>
  /** Folds the rest, uploads, frees every lease. */
  stop(): Promise<void>
}

type MeteringDeps = FoldDeps & Pick<CommerceDeps, 'db' | 'blobs' | 'log' | 'dataDir'>

/** Replays what earlier processes left in this data folder, then starts this process's own journal. */
export async function startMetering(
  deps: MeteringDeps,
  journalId: string,
  scopes: Map<string, Scope>,
): Promise<Metering> {
  const folder = join(deps.dataDir, JOURNAL_FOLDER)
  await replayLeftJournals(deps, folder)
  await deps.write((tx) => insertJournal(tx, journalId, deps.clock.now()))
  const journal = new JournalWriter({ folder, journalId, now: () => deps.clock.now().getTime() })
  const source = liveSource(journal, folder, journalId)
  const folding = createFolder(deps, source, { segment: 0, offsetBytes: 0n }, (leases) => {
    for (const [key, micros] of leases) scopes.get(key)?.folded(micros)
  })
  let tending: Promise<void> = Promise.resolve()
  const tend = (): Promise<void> => {
    tending = tending.catch(() => undefined).then(() => tendSegments(deps, { journal, folding, folder, journalId }))
    return tending
  }
  return {
    journal,
    fold: async () => {
      await journal.settled()
      await folding.fold()
    },
    tend,
    readSegment: (id, segment) => {
      const durableBytes = id === journalId ? (journal.durableBytes.get(segment) ?? null) : null
      return readSegment(deps, {
        journalId: id,
        number: segment,
        path: join(folder, segmentName(id, segment)),
        durableBytes,
      })
    },
    stop: async () => {
      await journal.close()
      await folding.fold()
      await tend()
      await deps.write((tx) => freeLeases(deps, tx, journalId))
      await deps.write((tx) => closeJournal(tx, journalId, deps.clock.now()))
    },
  }
}

function liveSource(journal: JournalWriter, folder: string, journalId: string): SegmentSource {
  return {
    journalId,
    durableBytes: (segment) => journal.durableBytes.get(segment) ?? 0,
    nextSegment: (segment) => nextOf([...journal.durableBytes.keys()], segment),
    isFinished: (segment) =>
      !journal.durableBytes.has(segment) || nextOf([...journal.durableBytes.keys()], segment) !== null,
    path: (segment) => join(folder, segmentName(journalId, segment)),
  }
}

interface Tended {
  readonly journal: JournalWriter
  readonly folding: Folder
  readonly folder: string
  readonly journalId: string
}

async function tendSegments(deps: MeteringDeps, { journal, folding, folder, journalId }: Tended): Promise<void> {
  journal.sealIfDue()
  await journal.settled()
  for (const sealed of [...journal.sealed]) {
    const path = join(folder, segmentName(journalId, sealed.number))
    const { segment, offsetBytes } = folding.cursor
    const isFolded = segment > sealed.number || (segment === sealed.number && offsetBytes >= BigInt(sealed.sizeBytes))
    await uploadSegment(deps, { journalId, number: sealed.number, path, sizeBytes: sealed.sizeBytes })
    if (!isFolded) return
    await dropLocalSegment(path)
    journal.sealed.splice(journal.sealed.indexOf(sealed), 1)
    if (segment > sealed.number) journal.durableBytes.delete(sealed.number)
  }
}

/** A process that died left segments and leases: count the rest first, free the leases after it. */
async function replayLeftJournals(deps: MeteringDeps, folder: string): Promise<void> {
  const files = await listSegmentFiles(folder)
  for (const [journalId, own] of groupBy(files, (file) => file.journalId)) {
    const row = await findJournal(deps.db, journalId)
    if (!row) {
      deps.log.warn('a journal of another database lies in the data folder and is left alone', { journalId })
      continue
    }
    const sizes = new Map<number, number>()
    for (const file of own) sizes.set(file.number, (await stat(file.path)).size)
    const folding = createFolder(deps, leftSource(folder, journalId, sizes), row, () => undefined)
    await folding.fold()
    for (const file of own) {
      await uploadSegment(deps, {
        journalId,
        number: file.number,
        path: file.path,
        sizeBytes: sizes.get(file.number) ?? 0,
      })
    }
    await deps.write((tx) => freeLeases(deps, tx, journalId))
    await deps.write((tx) => closeJournal(tx, journalId, deps.clock.now()))
    for (const file of own) await dropLocalSegment(file.path)
  }
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

function nextOf(segments: readonly number[], after: number): number | null {
  const later = segments.filter((segment) => segment > after)
  return later.length === 0 ? null : Math.min(...later)
}

/** Voids what a process held and did not use. Only after its journal was folded to the end. */
async function freeLeases(deps: MeteringDeps, tx: Parameters<typeof lockLeases>[0], journalId: string): Promise<void> {
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
