import { GitFormatError } from './format-error.js'
import { PACK_TYPE } from './object.js'

/** The head of one pack entry. Exactly one base field is set for a delta. */
export interface EntryHeader {
  /** PACK_TYPE code. */
  readonly type: number
  /** Inflated size of what follows: content, or the delta itself. */
  readonly sizeBytes: number
  /** Distance back to the base's entry, for `ofsDelta`, else 0. */
  readonly baseDistance: number
  /** Base's oid, for `refDelta`, else ''. */
  readonly baseOid: string
  readonly headerBytes: number
}

/** Longest head: 8 size bytes and a 20-byte base oid. */
export const MAX_ENTRY_HEADER_BYTES = 32
const MAX_VARINT_BYTES = 8
const cut = (): GitFormatError => new GitFormatError('badPack', 'cut or malformed entry header')

/** Reads the entry head at `start` of `bytes` (gitformat-pack). Throws GitFormatError. */
export function readEntryHeader(bytes: Buffer, start = 0): EntryHeader {
  let byte = bytes[start]
  if (byte === undefined) throw cut()
  const type = (byte >> 4) & 7
  let sizeBytes = byte & 15
  let scale = 16
  let at = start + 1
  while (byte >= 0x80) {
    byte = bytes[at++]
    if (byte === undefined || at - start > MAX_VARINT_BYTES) throw cut()
    sizeBytes += (byte & 0x7f) * scale
    scale *= 128
  }
  if (type === PACK_TYPE.ofsDelta) {
    const { distance, next } = readDistance(bytes, at)
    return { type, sizeBytes, baseDistance: distance, baseOid: '', headerBytes: next - start }
  }
  if (type !== PACK_TYPE.refDelta) return { type, sizeBytes, baseDistance: 0, baseOid: '', headerBytes: at - start }
  if (at + 20 > bytes.length) throw cut()
  return { type, sizeBytes, baseDistance: 0, baseOid: bytes.toString('hex', at, at + 20), headerBytes: at + 20 - start }
}

function readDistance(bytes: Buffer, start: number): { distance: number; next: number } {
  let at = start
  let distance = -1
  let byte: number | undefined
  do {
    byte = bytes[at++]
    if (byte === undefined || at - start > MAX_VARINT_BYTES) throw cut()
    distance = (distance + 1) * 128 + (byte & 0x7f)
  } while (byte >= 0x80)
  return { distance, next: at }
}

/** The head of an entry that carries whole content, or a delta on a named base. */
export function encodeEntryHeader(type: number, sizeBytes: number, baseOid?: string): Buffer {
  const bytes: number[] = []
  let rest = Math.floor(sizeBytes / 16)
  let byte = (type << 4) | (sizeBytes & 15)
  while (rest > 0) {
    bytes.push(byte | 0x80)
    byte = rest & 0x7f
    rest = Math.floor(rest / 128)
  }
  bytes.push(byte)
  const head = Buffer.from(bytes)
  return baseOid === undefined ? head : Buffer.concat([head, Buffer.from(baseOid, 'hex')])
}

export const PACK_HEADER_BYTES = 12
export const PACK_TRAILER_BYTES = 20

export function encodePackHeader(objectCount: number): Buffer {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  head.writeUInt32BE(objectCount, 8)
  return head
}

/** Number of entries a pack says to hold. Throws GitFormatError for another format or version. */
export function readPackHeader(bytes: Buffer): number {
  if (bytes.length < PACK_HEADER_BYTES || bytes.toString('latin1', 0, 4) !== 'PACK') {
    throw new GitFormatError('badPack', 'this is not a git pack')
  }
  const version = bytes.readUInt32BE(4)
  if (version !== 2 && version !== 3) throw new GitFormatError('badPack', 'unknown pack version')
  return bytes.readUInt32BE(8)
}
