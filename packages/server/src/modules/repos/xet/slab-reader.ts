import { type FileHandle, open } from 'node:fs/promises'
import { decodeRecords, RECORD_HEADER_BYTES, isStoredRecord } from '@stoa/xet'
import type { PieceSource } from '../../../kit/http/pumped-bytes.js'
import type { PlannedPart } from './plan-range.js'

/** Chunks that one system call reads; each takes two of the 1,024 places it may fill. */
const CHUNKS_AT_ONCE = 256

/** A chunk that is read next: where its record lies, and how many of its raw bytes were read already. */
interface Cursor {
  readonly part: PlannedPart
  chunk: number
  offset: number
}

/**
 * Reads a range of a file whose xorbs are files of this machine. Chunks that lie there as they are go straight into the
 * caller's memory, many at a time, their headers beside it; only compressed ones are decoded.
 */
export class SlabReader implements PieceSource {
  readonly sizeBytes: number
  readonly #parts: AsyncGenerator<PlannedPart>
  readonly #pathOf: (blobKey: string) => string
  #cursor: Cursor | null = null
  #file: { readonly key: string; readonly handle: FileHandle } | null = null
  /** Raw bytes of a decoded chunk that had no room. */
  #rest: Uint8Array = new Uint8Array(0)

  constructor(options: { sizeBytes: number; parts: AsyncGenerator<PlannedPart>; pathOf(blobKey: string): string }) {
    this.sizeBytes = options.sizeBytes
    this.#parts = options.parts
    this.#pathOf = options.pathOf
  }

  async readInto(room: Buffer): Promise<number> {
    let filled = 0
    while (filled < room.length) {
      const count = await this.#readSome(room.subarray(filled))
      if (count === 0) break
      filled += count
    }
    return filled
  }

  async close(): Promise<void> {
    await this.#parts.return(undefined)
    await this.#file?.handle.close()
    this.#file = null
  }

  async #readSome(room: Buffer): Promise<number> {
    if (this.#rest.length > 0) return this.#takeRest(room)
    const cursor = await this.#nextChunk()
    if (cursor === null) return 0
    const file = await this.#openFile(cursor.part.xorb.stored.blobKey)
    const plain = await readPlain(file, cursor, room)
    if (plain > 0) return plain
    this.#rest = (await readDecoded(file, cursor)).subarray(cursor.offset)
    cursor.chunk += 1
    cursor.offset = 0
    return this.#takeRest(room)
  }

  #takeRest(room: Buffer): number {
    const taken = this.#rest.subarray(0, room.length)
    room.set(taken)
    this.#rest = this.#rest.subarray(taken.length)
    return taken.length
  }

  /** The cursor at the next chunk; null when nothing is left. */
  async #nextChunk(): Promise<Cursor | null> {
    while (this.#cursor === null || this.#cursor.chunk >= this.#cursor.part.term.chunkEnd) {
      const next = await this.#parts.next()
      if (next.done === true) return null
      this.#cursor = cursorAt(next.value)
    }
    return this.#cursor
  }

  async #openFile(key: string): Promise<FileHandle> {
    if (this.#file?.key === key) return this.#file.handle
    await this.#file?.handle.close()
    this.#file = null
    const handle = await open(this.#pathOf(key), 'r')
    this.#file = { key, handle }
    return handle
  }
}

/** The first chunk a part needs: those that lie before the range are passed over. */
function cursorAt(part: PlannedPart): Cursor {
  let chunk = part.term.chunkStart
  let offset = part.skipBytes
  for (; chunk < part.term.chunkEnd; chunk += 1) {
    const bytes = rawBytes(part, chunk)
    if (offset < bytes) break
    offset -= bytes
  }
  return { part, chunk, offset }
}

const startOf = (ends: ArrayLike<number>, chunk: number): number => (chunk === 0 ? 0 : (ends[chunk - 1] ?? 0))
const recordStart = ({ xorb }: PlannedPart, chunk: number): number => startOf(xorb.index.serialisedEnds, chunk)
const recordBytes = (part: PlannedPart, chunk: number): number =>
  (part.xorb.index.serialisedEnds[chunk] ?? 0) - recordStart(part, chunk)
const rawBytes = ({ xorb }: PlannedPart, chunk: number): number =>
  (xorb.index.rawEnds[chunk] ?? 0) - startOf(xorb.index.rawEnds, chunk)

/** As long as its raw bytes and a header: such a record nearly always holds them as they are. */
const looksPlain = (part: PlannedPart, chunk: number): boolean =>
  recordBytes(part, chunk) === rawBytes(part, chunk) + RECORD_HEADER_BYTES

/** Reads plain chunks into `room` until it is full or another kind comes; 0 when the first one is of another kind. */
async function readPlain(file: FileHandle, cursor: Cursor, room: Buffer): Promise<number> {
  const { part } = cursor
  const headers: Buffer[] = []
  const buffers: Buffer[] = []
  let { chunk, offset } = cursor
  let filled = 0
  const position = recordStart(part, chunk) + (offset === 0 ? 0 : RECORD_HEADER_BYTES + offset)
  if (offset > 0 && !(await isPlainAt(file, part, chunk))) return 0
  while (chunk < part.term.chunkEnd && filled < room.length && headers.length < CHUNKS_AT_ONCE) {
    if (!looksPlain(part, chunk)) break
    if (offset === 0) {
      const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES)
      headers.push(header)
      buffers.push(header)
    }
    const bytes = room.subarray(filled, filled + rawBytes(part, chunk) - offset)
    buffers.push(bytes)
    filled += bytes.length
    offset += bytes.length
    if (offset < rawBytes(part, chunk)) break
    chunk += 1
    offset = 0
  }
  if (filled === 0) return 0
  const wanted = filled + headers.length * RECORD_HEADER_BYTES
  if ((await file.readv(buffers, position)).bytesRead !== wanted)
    throw new Error('a stored xorb is shorter than recorded')
  // A compressed record of just this length: read again, one by one.
  if (!headers.every(isStoredRecord)) return 0
  cursor.chunk = chunk
  cursor.offset = offset
  return filled
}

async function isPlainAt(file: FileHandle, part: PlannedPart, chunk: number): Promise<boolean> {
  if (!looksPlain(part, chunk)) return false
  const header = Buffer.alloc(RECORD_HEADER_BYTES)
  await file.read(header, 0, header.length, recordStart(part, chunk))
  return isStoredRecord(header)
}

async function readDecoded(file: FileHandle, { part, chunk }: Cursor): Promise<Uint8Array> {
  const record = Buffer.allocUnsafe(recordBytes(part, chunk))
  const { bytesRead } = await file.read(record, 0, record.length, recordStart(part, chunk))
  if (bytesRead !== record.length) throw new Error('a stored xorb is shorter than recorded')
  const [raw] = decodeRecords(record)
  if (raw?.length !== rawBytes(part, chunk)) throw new Error('a stored chunk is not as long as recorded')
  return raw
}
