import { open } from 'node:fs/promises'
import { SegmentScanner } from '../journal/scanner.js'
import type { MeteringDeps } from '../deps.js'
import type { FoldDeps } from './charge.js'
import { foldCalls, type FoldedLeases, recallFold, type Stretch } from './fold-calls.js'
import type { JournalCursor } from './queries.js'

/** Bytes of one fold at most: a long backlog is counted in steps of some 40,000 calls. */
const STRETCH_BYTES = 4 * 1024 * 1024

/** Where the bytes of a journal are: the writer of this process, or the files a dead one left. */
export interface SegmentSource {
  readonly journalId: string
  /** Bytes known to be on disk; 0 for a segment that has none. */
  durableBytes(segment: number): number
  /** The segment after this one that has bytes, or null. */
  nextSegment(segment: number): number | null
  /** Nothing more will be written to it. */
  isFinished(segment: number): boolean
  path(segment: number): string
}

export interface Folder {
  /** Folds what is durable now; resolves when the cursor has reached it. Calls do not overlap. */
  fold(): Promise<void>
  readonly cursor: JournalCursor
}

/** Counts a journal from where the database's cursor stands, stretch by stretch. */
export function createFolder(
  deps: FoldDeps & Pick<MeteringDeps, 'db'>,
  source: SegmentSource,
  start: JournalCursor,
  onFolded: (leases: FoldedLeases) => void,
): Folder {
  let cursor = start
  let reader = new SegmentReader(source, start.segment)
  let waiting: Stretch | null = null
  let running: Promise<void> = Promise.resolve()

  /** Folds one stretch; false when that was everything there was when it was read. What came since waits for the next fold. */
  async function step(): Promise<boolean> {
    // A stretch left by a failed fold was read before this one began.
    const isOld = waiting !== null
    waiting ??= await readStretch()
    if (!waiting) return false
    const { segment, fromOffsetBytes, toOffsetBytes } = waiting
    const leases = (await foldCalls(deps, waiting)) ?? (await recallFold(deps.db, waiting))
    if (!leases) throw new Error(`the journal ${source.journalId} is folded by somebody else`)
    cursor = { segment, offsetBytes: BigInt(toOffsetBytes) }
    waiting = null
    onFolded(leases)
    return isOld || toOffsetBytes - fromOffsetBytes > STRETCH_BYTES / 2 || source.isFinished(segment)
  }

  async function readStretch(): Promise<Stretch | null> {
    for (;;) {
      const stretch = await reader.read(cursor)
      if (stretch) return stretch
      const next = source.nextSegment(reader.segment)
      if (next === null || !source.isFinished(reader.segment)) return null
      reader = new SegmentReader(source, next)
    }
  }

  async function foldAfter(previous: Promise<void>): Promise<void> {
    await previous.catch(() => undefined)
    while (await step());
  }

  return {
    get cursor() {
      return cursor
    },
    fold: () => {
      running = foldAfter(running)
      return running
    },
  }
}

/** Reads one segment from its start, because its subjects stand there, and gives out calls from the cursor on. */
class SegmentReader {
  readonly segment: number
  private readonly source: SegmentSource
  private readonly scanner = new SegmentScanner()

  constructor(source: SegmentSource, segment: number) {
    this.source = source
    this.segment = segment
  }

  async read(cursor: JournalCursor): Promise<Stretch | null> {
    const already = cursor.segment === this.segment ? Number(cursor.offsetBytes) : 0
    while (!this.scanner.isTorn && this.scanner.position < this.source.durableBytes(this.segment)) {
      const from = this.scanner.position
      const bytes = await this.readBytes(from, this.source.durableBytes(this.segment))
      const calls = this.scanner.take(bytes).filter((scanned) => scanned.offset >= already)
      const to = this.scanner.position
      if (to === from) return null
      if (to <= already) continue
      return {
        journalId: this.source.journalId,
        cursor,
        segment: this.segment,
        fromOffsetBytes: Math.max(from, already),
        toOffsetBytes: to,
        calls,
      }
    }
    return null
  }

  private async readBytes(from: number, end: number): Promise<Buffer> {
    const length = Math.min(STRETCH_BYTES, end - from)
    const file = await open(this.source.path(this.segment), 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, from)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }
}
