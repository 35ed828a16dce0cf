import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope } from '../gate/scope.js'
import { segmentName } from '../journal/segment-file.js'
import { dropLocalSegment, readSegment, uploadSegment } from '../journal/segment-store.js'
import { JournalWriter } from '../journal/writer.js'
import { createFolder, type Folder, type SegmentSource } from './folder.js'
import { closeJournal, findJournal, insertJournal, touchJournal } from './queries.js'
import { freeLeases, nextOf, type ReplayDeps, replayOwnJournals, takeOverOrphans } from './replay.js'

/** Where segments lie under the data folder. */
const JOURNAL_FOLDER = 'journal'
/** Says that a data folder is this one; journals name it. */
const NODE_FILE = 'node'
const HEARTBEAT_MS = 60_000

/** The journal of this process, with what counts and keeps it. */
export interface RunningJournal {
  readonly writer: JournalWriter
  /** Waits for what is being written, then folds everything durable. */
  fold(): Promise<void>
  /** Seals by age, uploads what is sealed, drops what is folded and uploaded, looks after dead processes. */
  tend(): Promise<void>
  /** The bytes of any segment, from this disk or the blob store; null when it is gone. */
  readSegment(journalId: string, segment: number): Promise<Buffer | null>
  /** Folds the rest, uploads, frees every lease. */
  stop(): Promise<void>
}

/** Replays what earlier processes left in this data folder, then starts this process's own journal. */
export async function startJournal(
  deps: ReplayDeps,
  journalId: string,
  scopes: Map<string, Scope>,
): Promise<RunningJournal> {
  const folder = join(deps.dataDir, JOURNAL_FOLDER)
  const nodeId = await readNodeId(folder, journalId)
  await replayOwnJournals(deps, folder, nodeId)
  await deps.write((tx) => insertJournal(tx, { id: journalId, nodeId, at: deps.clock.now() }))
  const journal = new JournalWriter({ folder, journalId, now: () => deps.clock.now().getTime() })
  const source = liveSource(journal, folder, journalId)
  const folding = createFolder(deps, source, { segment: 0, offsetBytes: 0n }, (leases) => {
    for (const [key, micros] of leases) scopes.get(key)?.folded(micros)
  })
  const heartbeat = createHeartbeat(deps, { journal, folder, journalId, nodeId })
  let tending: Promise<void> = Promise.resolve()
  const tend = (): Promise<void> => {
    tending = tendAfter(tending)
    return tending
  }
  const tendAfter = async (previous: Promise<void>): Promise<void> => {
    await previous.catch(() => undefined)
    await tendSegments(deps, { journal, folding, folder, journalId })
    await heartbeat()
  }
  return {
    writer: journal,
    fold: async () => {
      await journal.settled()
      await folding.fold()
    },
    tend,
    readSegment: (id, segment) => {
      const durableBytes = id === journalId ? (journal.durableBytes.get(segment) ?? null) : null
      const path = join(folder, segmentName(id, segment))
      return readSegment(deps, { journalId: id, number: segment, path, durableBytes })
    },
    stop: async () => {
      await journal.close()
      const row = await findJournal(deps.db, journalId)
      if (row?.closedAt) return
      await folding.fold()
      await tend()
      await deps.write(async (tx) => {
        await freeLeases(deps, tx, journalId)
        await closeJournal(tx, journalId, deps.clock.now())
      })
    },
  }
}

/** The name of this data folder, made at the first start. */
async function readNodeId(folder: string, fresh: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, NODE_FILE)
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await writeFile(path, fresh, { mode: 0o600, flag: 'wx' })
    return fresh
  }
}

function liveSource(journal: JournalWriter, folder: string, journalId: string): SegmentSource {
  const numbers = (): number[] => [...journal.durableBytes.keys()]
  return {
    journalId,
    durableBytes: (segment) => journal.durableBytes.get(segment) ?? 0,
    nextSegment: (segment) => nextOf(numbers(), segment),
    isFinished: (segment) => !journal.durableBytes.has(segment) || nextOf(numbers(), segment) !== null,
    path: (segment) => join(folder, segmentName(journalId, segment)),
  }
}

interface Tended {
  readonly journal: JournalWriter
  readonly folding: Folder
  readonly folder: string
  readonly journalId: string
}

async function tendSegments(deps: ReplayDeps, { journal, folding, folder, journalId }: Tended): Promise<void> {
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

/** Once a minute: say that this process lives, and look for those that do not. */
function createHeartbeat(
  deps: ReplayDeps,
  own: { journal: JournalWriter; folder: string; journalId: string; nodeId: string },
): () => Promise<void> {
  let nextMs = 0
  return async () => {
    const at = deps.clock.now()
    if (at.getTime() < nextMs) return
    nextMs = at.getTime() + HEARTBEAT_MS
    if (!(await deps.write((tx) => touchJournal(tx, own.journalId, at)))) {
      // Asleep for a day: others freed the leases, so nothing may be admitted on them. Paid calls get 503 until a restart.
      deps.log.error('this process was taken for dead; restart it', new Error('journal closed by another process'))
      await own.journal.close()
    }
    await takeOverOrphans(deps, own.folder, own.nodeId)
  }
}
