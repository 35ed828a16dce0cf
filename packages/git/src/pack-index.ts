import { GitFormatError } from './format-error.js'
import { OID_BYTES } from './oid-table.js'
import { NO_BASE, type PackTable } from './pack-reader.js'

/** Where one object lies in a pack. */
export interface PackPlace {
  /** Rank of the oid among the pack's oids. */
  readonly rank: number
  /** PACK_TYPE code 1 to 4. */
  readonly type: number
  readonly sizeBytes: number
  readonly offset: number
  /** Bytes of the entry, header included. */
  readonly lengthBytes: number
  /** Rank of the delta base; NO_BASE for whole content. */
  readonly base: number
}

const MAGIC = 'STPI'
const VERSION = 1
const HEAD_BYTES = 16
const FANOUT_BYTES = 1024
/** Hex digits that a search by number looks at first. */
const PREFIX_DIGITS = 8
const OID_WORDS = OID_BYTES / 4
/** oid, offset, length, size, base, type. */
const ROW_BYTES = OID_BYTES + 17

/**
 * A pack's index, as kept beside it: head (magic, version, count, pack size), fan-out by first oid byte, then columns
 * sorted by oid: oids, offsets, lengths, sizes, bases (as ranks), types. Numbers are little-endian.
 */
export function encodePackIndex(table: PackTable): Buffer {
  const { count } = table
  const { ids } = table.oids
  const order = sortedNumbers(ids, count)
  const rankOf = new Uint32Array(count)
  for (let rank = 0; rank < count; rank++) rankOf[order[rank] as number] = rank
  const out = Buffer.alloc(HEAD_BYTES + FANOUT_BYTES + count * ROW_BYTES)
  out.write(MAGIC, 0, 'latin1')
  out.writeUInt32LE(VERSION, 4)
  out.writeUInt32LE(count, 8)
  out.writeUInt32LE(table.packBytes, 12)
  const column = columnsOf(count)
  const words = (start: number, length: number): Uint32Array =>
    new Uint32Array(out.buffer, out.byteOffset + start, length)
  const fanout = words(HEAD_BYTES, FANOUT_BYTES / 4)
  const [offsets, lengths] = [words(column.offsets, count), words(column.lengths, count)]
  const [sizes, bases] = [words(column.sizes, count), words(column.bases, count)]
  // Ids are copied by words, which is quick and independent of the machine's byte order.
  const from = new Uint32Array(ids.buffer, ids.byteOffset, count * OID_WORDS)
  const sorted = words(column.oids, count * OID_WORDS)
  for (let rank = 0; rank < count; rank++) {
    const number = order[rank] as number
    const base = table.bases[number] as number
    const offset = table.offsets[number] as number
    const end = number + 1 < count ? (table.offsets[number + 1] as number) : table.packBytes - OID_BYTES
    for (let word = 0; word < OID_WORDS; word++)
      sorted[rank * OID_WORDS + word] = from[number * OID_WORDS + word] as number
    offsets[rank] = offset
    lengths[rank] = end - offset
    sizes[rank] = table.sizes[number] as number
    bases[rank] = base === NO_BASE ? NO_BASE : (rankOf[base] as number)
    out[column.types + rank] = table.types[number] as number
    fanout[ids[number * OID_BYTES] as number]! += 1
  }
  for (let bucket = 1; bucket < fanout.length; bucket++) fanout[bucket]! += fanout[bucket - 1] as number
  if (!IS_LITTLE_ENDIAN) for (const part of [fanout, offsets, lengths, sizes, bases]) swapWords(part)
  return out
}

/** The columns are written as numbers of the machine. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
const swapWords = (words: Uint32Array): Buffer => Buffer.from(words.buffer, words.byteOffset, words.byteLength).swap32()

/** A prefix of 32 bits and an entry number below 2^21 fit one double exactly, and doubles sort fast. */
const NUMBER_SPACE = 2 ** 21

/** Entry numbers in order of their ids. */
function sortedNumbers(ids: Buffer, count: number): Uint32Array {
  const keys = new Float64Array(count)
  for (let number = 0, at = 0; number < count; number++, at += OID_BYTES)
    keys[number] = startAt(ids, at) * NUMBER_SPACE + number
  keys.sort()
  const order = new Uint32Array(count)
  for (let rank = 0; rank < count; rank++) order[rank] = (keys[rank] as number) % NUMBER_SPACE
  const startOf = (number: number): number => startAt(ids, number * OID_BYTES)
  const compare = (a: number, b: number): number =>
    startOf(a) - startOf(b) || ids.compare(ids, b * OID_BYTES, (b + 1) * OID_BYTES, a * OID_BYTES, (a + 1) * OID_BYTES)
  // Ids that share their first four bytes are few: put each right among its neighbours.
  for (let at = 1; at < count; at++) {
    for (let to = at; to > 0 && compare(order[to - 1] as number, order[to] as number) > 0; to--) {
      const kept = order[to] as number
      order[to] = order[to - 1] as number
      order[to - 1] = kept
    }
  }
  return order
}

/** The first four bytes of an id as a number that sorts as they do. */
const startAt = (ids: Buffer, at: number): number =>
  (((ids[at] as number) << 24) |
    ((ids[at + 1] as number) << 16) |
    ((ids[at + 2] as number) << 8) |
    (ids[at + 3] as number)) >>>
  0

function columnsOf(count: number): Record<'oids' | 'offsets' | 'lengths' | 'sizes' | 'bases' | 'types', number> {
  const oids = HEAD_BYTES + FANOUT_BYTES
  const offsets = oids + count * OID_BYTES
  const step = count * 4
  return {
    oids,
    offsets,
    lengths: offsets + step,
    sizes: offsets + 2 * step,
    bases: offsets + 3 * step,
    types: offsets + 4 * step,
  }
}

/** A loaded index; immutable. */
export class PackIndex {
  readonly count: number
  readonly packBytes: number
  readonly bytes: Buffer
  private readonly column: ReturnType<typeof columnsOf>

  /** Throws GitFormatError when the bytes are not such an index. */
  constructor(bytes: Buffer) {
    if (bytes.length < HEAD_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC || bytes.readUInt32LE(4) !== VERSION) {
      throw new GitFormatError('badIndex', 'this is not a pack index')
    }
    this.bytes = bytes
    this.count = bytes.readUInt32LE(8)
    this.packBytes = bytes.readUInt32LE(12)
    this.column = columnsOf(this.count)
    if (bytes.length !== HEAD_BYTES + FANOUT_BYTES + this.count * ROW_BYTES) {
      throw new GitFormatError('badIndex', 'the pack index is cut')
    }
  }

  /** Rank of an oid, or -1. */
  rankOf(oid: string): number {
    const { bytes } = this
    const prefix = Number.parseInt(oid.slice(0, PREFIX_DIGITS), 16)
    const first = prefix >>> 24
    let low = first === 0 ? 0 : bytes.readUInt32LE(HEAD_BYTES + (first - 1) * 4)
    const end = bytes.readUInt32LE(HEAD_BYTES + first * 4)
    let high = end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (bytes.readUInt32BE(this.column.oids + middle * OID_BYTES) < prefix) low = middle + 1
      else high = middle
    }
    for (; low < end; low++) {
      const at = this.column.oids + low * OID_BYTES
      if (bytes.readUInt32BE(at) !== prefix) return -1
      if (bytes.toString('hex', at, at + OID_BYTES) === oid) return low
    }
    return -1
  }

  find(oid: string): PackPlace | null {
    const rank = this.rankOf(oid)
    return rank < 0 ? null : this.placeOf(rank)
  }

  placeOf(rank: number): PackPlace {
    const { bytes, column } = this
    return {
      rank,
      type: bytes[column.types + rank] as number,
      sizeBytes: bytes.readUInt32LE(column.sizes + rank * 4),
      offset: bytes.readUInt32LE(column.offsets + rank * 4),
      lengthBytes: bytes.readUInt32LE(column.lengths + rank * 4),
      base: bytes.readUInt32LE(column.bases + rank * 4),
    }
  }

  oidAt(rank: number): string {
    const at = this.column.oids + rank * OID_BYTES
    return this.bytes.toString('hex', at, at + OID_BYTES)
  }
}
