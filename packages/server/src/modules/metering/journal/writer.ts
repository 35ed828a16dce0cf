import { type CallRecord, checkCall, encodeCall, encodeSubject, type JournalSubject, SLOT_BYTES } from './record.js'
import { createSegmentFile, type SegmentFile, segmentName } from './segment-file.js'

/** A segment is sealed when it reaches this size, or this age with something in it. */
export const SEGMENT_LIMIT_BYTES = 64 * 1024 * 1024
export const SEGMENT_LIMIT_MS = 60_000
/** Records gathered in one buffer; a group of writes may span several. */
const CHUNK_SLOTS = 512
/** Records waiting for the disk. Beyond it the journal refuses, which the gate turns into 503. */
const PENDING_LIMIT_BYTES = 64 * 1024 * 1024
/** How long a broken journal rests before it tries a new segment. */
const RETRY_MS = 1000

/** A subject with its number in the current segment. Keep one object per subject: it is written once per segment. */
export interface SubjectRef {
  readonly subject: JournalSubject
  segment: number
  ref: number
}

export function subjectRef(subject: JournalSubject): SubjectRef {
  return { subject, segment: -1, ref: -1 }
}

export interface SealedSegment {
  readonly number: number
  readonly sizeBytes: number
}

export interface JournalOptions {
  readonly folder: string
  readonly journalId: string
  readonly now: () => number
  readonly openFile?: (folder: string, name: string) => Promise<SegmentFile>
}

interface Chunk {
  readonly segment: number
  readonly buffer: Buffer
  used: number
}

interface Group {
  readonly durable: Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

/**
 * Append-only journal of one process. `append` is synchronous and returns the promise of its group: one write and one fdatasync
 * serve every record that arrived meanwhile. After a failed write nothing more goes to that segment; a new one is tried each second.
 */
export class JournalWriter {
  /** Number of the segment that appended records go to. */
  segment = 0
  /** Bytes of each unsealed or unfolded segment known to be on disk. */
  readonly durableBytes = new Map<number, number>()
  readonly sealed: SealedSegment[] = []
  private readonly options: JournalOptions
  private readonly openFile: (folder: string, name: string) => Promise<SegmentFile>
  private file: SegmentFile | null = null
  private fileSegment = -1
  private pending: Chunk[] = []
  private pendingBytes = 0
  private group: Group | null = null
  private running: Promise<void> | null = null
  private sequence = 0
  private nextRef = 0
  private segmentBytes = 0
  private segmentStartedMs = 0
  private brokenUntilMs: number | null = null
  private isClosed = false

  constructor(options: JournalOptions) {
    this.options = options
    this.openFile = options.openFile ?? createSegmentFile
  }

  /** False while records cannot reach the disk; asking starts a new try once the rest is over. */
  get isWritable(): boolean {
    if (this.isClosed || this.pendingBytes >= PENDING_LIMIT_BYTES) return false
    return this.brokenUntilMs === null || this.options.now() >= this.brokenUntilMs
  }

  /** Adds one record; the promise settles when its group is on disk or lost. Throws RangeError for a record that does not fit, Error when the journal is closed or full. */
  append(who: SubjectRef, call: CallRecord): Promise<void> {
    checkCall(call)
    if (!this.isWritable) throw new Error('journal not writable')
    if (this.segmentBytes >= SEGMENT_LIMIT_BYTES) this.rotate()
    if (who.segment !== this.segment) this.define(who)
    const { buffer, offset } = this.reserve()
    encodeCall(buffer, offset, this.sequence, who.ref, call)
    this.sequence += 1
    this.group ??= newGroup()
    const { durable } = this.group
    if (!this.running) this.running = this.run()
    return durable
  }

  /** Seals the current segment when it is old enough and holds something. */
  sealIfDue(): void {
    if (this.segmentBytes === 0 || this.options.now() - this.segmentStartedMs < SEGMENT_LIMIT_MS) return
    this.rotate()
    if (!this.running) this.running = this.run()
  }

  /** Resolves when everything appended so far is on disk or lost. */
  async settled(): Promise<void> {
    while (this.running) await this.running
  }

  /** Writes what is pending, seals the segment and ends the journal. */
  async close(): Promise<void> {
    await this.settled()
    this.isClosed = true
    await this.closeFile()
  }

  private rotate(): void {
    this.segment += 1
    this.segmentBytes = 0
    this.nextRef = 0
  }

  private define(who: SubjectRef): void {
    const slots = encodeSubject(this.sequence, this.nextRef, who.subject)
    for (let at = 0; at < slots.length; at += SLOT_BYTES) {
      const { buffer, offset } = this.reserve()
      slots.copy(buffer, offset, at, at + SLOT_BYTES)
      this.sequence += 1
    }
    who.segment = this.segment
    who.ref = this.nextRef
    this.nextRef += 1
  }

  private reserve(): { buffer: Buffer; offset: number } {
    if (this.segmentBytes === 0) this.segmentStartedMs = this.options.now()
    let chunk = this.pending.at(-1)
    if (!chunk || chunk.segment !== this.segment || chunk.used === chunk.buffer.length) {
      chunk = { segment: this.segment, buffer: Buffer.allocUnsafe(CHUNK_SLOTS * SLOT_BYTES), used: 0 }
      this.pending.push(chunk)
    }
    const offset = chunk.used
    chunk.used += SLOT_BYTES
    this.pendingBytes += SLOT_BYTES
    this.segmentBytes += SLOT_BYTES
    return { buffer: chunk.buffer, offset }
  }

  private async run(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.group) {
      const [group, chunks] = [this.group, this.pending]
      this.group = null
      this.pending = []
      this.pendingBytes = 0
      try {
        await this.write(chunks)
        this.brokenUntilMs = null
        group.resolve()
      } catch (error) {
        await this.fail(group, error as Error)
      }
    }
    if (this.fileSegment !== this.segment) await this.closeFile()
    this.running = this.group ? this.run() : null
  }

  private async write(chunks: readonly Chunk[]): Promise<void> {
    let from = 0
    while (from < chunks.length) {
      const segment = chunks[from]?.segment ?? 0
      let to = from
      while (to < chunks.length && chunks[to]?.segment === segment) to += 1
      await this.writeSegment(
        segment,
        chunks.slice(from, to).map((chunk) => chunk.buffer.subarray(0, chunk.used)),
      )
      from = to
    }
  }

  private async writeSegment(segment: number, buffers: Buffer[]): Promise<void> {
    if (segment !== this.fileSegment) {
      await this.closeFile()
      this.file = await this.openFile(this.options.folder, segmentName(this.options.journalId, segment))
      this.fileSegment = segment
      this.durableBytes.set(segment, 0)
    }
    if (!this.file) throw new Error('journal segment lost')
    const position = this.durableBytes.get(segment) ?? 0
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
    const { bytesWritten } = await this.file.writev(buffers, position)
    if (bytesWritten !== length) throw new Error('journal write was cut short')
    await this.file.datasync()
    this.durableBytes.set(segment, position + length)
  }

  private async closeFile(): Promise<void> {
    if (!this.file) return
    const number = this.fileSegment
    await this.file.close()
    this.file = null
    this.fileSegment = -1
    this.sealed.push({ number, sizeBytes: this.durableBytes.get(number) ?? 0 })
  }

  /** Everything not durable is lost and said to be: the group, what piled up behind it, and the bytes in the file. */
  private async fail(group: Group, reason: Error): Promise<void> {
    this.brokenUntilMs = this.options.now() + RETRY_MS
    group.reject(reason)
    this.group?.reject(reason)
    this.group = null
    this.pending = []
    this.pendingBytes = 0
    this.rotate()
    const [file, segment] = [this.file, this.fileSegment]
    this.file = null
    this.fileSegment = -1
    if (!file) return
    const length = this.durableBytes.get(segment) ?? 0
    await file.truncate(length).catch(() => undefined)
    await file.close().catch(() => undefined)
    this.sealed.push({ number: segment, sizeBytes: length })
  }
}

function newGroup(): Group {
  let resolve: () => void = () => undefined
  let reject: (reason: Error) => void = () => undefined
  const durable = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // A caller that went away must not turn a failed group into an unhandled rejection.
  durable.catch(() => undefined)
  return { durable, resolve, reject }
}
