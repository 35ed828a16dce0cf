import { MAX_CHUNK_BYTES } from './chunker.js'
import { ungroupBytes } from './bg4.js'
import type { KeyedHashes } from './keyed-hashes.js'
import { decodeLz4Frame } from './lz4-frame.js'
import { formatProblem } from './xet-error.js'

export const MAX_XORB_BYTES = 64 * 1024 * 1024
export const MAX_XORB_CHUNKS = 8_192
const HEADER_BYTES = 8
const FOOTER_TAG = Buffer.from('XETBLOB', 'latin1')

const SCHEME_NONE = 0
const SCHEME_LZ4 = 1
const SCHEME_BG4_LZ4 = 2

/** One chunk as it lies in a xorb; offsets are those of its end, header included for the serialised one. */
export interface XorbChunk {
  readonly hash: Uint8Array
  readonly sizeBytes: number
  readonly serialisedEnd: number
  readonly rawEnd: number
}

export interface ParsedXorb {
  readonly chunks: readonly XorbChunk[]
  /** Length of the chunk records; a footer behind them is not counted and not to be stored. */
  readonly recordBytes: number
}

interface RecordHeader {
  readonly scheme: number
  readonly bodyBytes: number
  readonly rawBytes: number
}

const u24 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)

/** Decodes and hashes every chunk of an uploaded xorb (draft-denis-xet §5). Throws `XetFormatError` on anything not allowed. */
export function parseXorb(bytes: Uint8Array, hashes: Pick<KeyedHashes, 'chunk'>): ParsedXorb {
  if (bytes.length > MAX_XORB_BYTES) throw formatProblem(`a xorb may have ${MAX_XORB_BYTES} bytes at most`)
  const chunks: XorbChunk[] = []
  let at = 0
  let rawEnd = 0
  while (at < bytes.length && !startsFooter(bytes, at)) {
    if (chunks.length === MAX_XORB_CHUNKS) throw formatProblem(`a xorb may have ${MAX_XORB_CHUNKS} chunks at most`)
    const header = readHeader(bytes, at)
    const bodyEnd = at + HEADER_BYTES + header.bodyBytes
    if (bodyEnd > bytes.length) throw formatProblem('a chunk runs past the end of the xorb')
    const raw = decodeChunk(header, bytes.subarray(at + HEADER_BYTES, bodyEnd))
    rawEnd += raw.length
    at = bodyEnd
    chunks.push({ hash: hashes.chunk(raw), sizeBytes: raw.length, serialisedEnd: at, rawEnd })
  }
  if (chunks.length === 0) throw formatProblem('a xorb has at least one chunk')
  return { chunks, recordBytes: at }
}

function startsFooter(bytes: Uint8Array, at: number): boolean {
  return FOOTER_TAG.equals(bytes.subarray(at, at + FOOTER_TAG.length))
}

function readHeader(bytes: Uint8Array, at: number): RecordHeader {
  if (at + HEADER_BYTES > bytes.length) throw formatProblem('a chunk header is cut off')
  const header = { scheme: bytes[at + 4] ?? 0, bodyBytes: u24(bytes, at + 1), rawBytes: u24(bytes, at + 5) }
  if (bytes[at] !== 0) throw formatProblem('a chunk of an unknown version')
  if (header.rawBytes < 1 || header.rawBytes > MAX_CHUNK_BYTES)
    throw formatProblem('a chunk of a size that is not allowed')
  if (header.bodyBytes > 2 * header.rawBytes) throw formatProblem('a chunk that grew by compression')
  return header
}

/** The raw bytes of one chunk record. */
function decodeChunk(header: RecordHeader, body: Uint8Array): Uint8Array {
  if (header.scheme === SCHEME_NONE) {
    if (body.length !== header.rawBytes) throw formatProblem('a stored chunk of another length than announced')
    return body
  }
  if (header.scheme === SCHEME_LZ4) return decodeLz4Frame(body, header.rawBytes)
  if (header.scheme === SCHEME_BG4_LZ4) return ungroupBytes(decodeLz4Frame(body, header.rawBytes))
  throw formatProblem('a chunk with an unknown compression')
}

/** Decodes the chunk records of a stored range, one after another. */
export function* decodeRecords(bytes: Uint8Array): Generator<Uint8Array> {
  let at = 0
  while (at < bytes.length) {
    const header = readHeader(bytes, at)
    const bodyEnd = at + HEADER_BYTES + header.bodyBytes
    if (bodyEnd > bytes.length) throw formatProblem('a chunk runs past the end of its range')
    yield decodeChunk(header, bytes.subarray(at + HEADER_BYTES, bodyEnd))
    at = bodyEnd
  }
}

/** Bytes before the content of a chunk record. */
export const RECORD_HEADER_BYTES = HEADER_BYTES

/** Whether the header of a chunk record says that its raw bytes follow as they are. */
export const isStoredRecord = (header: Uint8Array): boolean => header[0] === 0 && header[4] === SCHEME_NONE

/** A chunk record holding the bytes as they are. */
export function storedRecord(raw: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + raw.length)
  const size = [raw.length & 0xff, (raw.length >> 8) & 0xff, raw.length >> 16]
  record.set([0, ...size, SCHEME_NONE, ...size])
  record.set(raw, HEADER_BYTES)
  return record
}
