import { HASH_BYTES, hashToText, isReservedHash, textToHash } from './hash-text.js'
import { formatProblem } from './xet-error.js'

export const MAX_SHARD_BYTES = 64 * 1024 * 1024
const RECORD_BYTES = 48
const FOOTER_BYTES = 200
const VERSION = 2n
const TAG = Buffer.from([
  ...Buffer.from('HFRepoMetaData\0', 'latin1'),
  ...[85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169],
])
const FLAG_VERIFICATION = 0x80000000
const FLAG_METADATA = 0x40000000
const FLAG_INDEXED = 0x80000000

/** A run of chunks of one xorb inside a file. */
export interface Term {
  readonly xorb: Uint8Array
  readonly rawBytes: number
  readonly chunkStart: number
  readonly chunkEnd: number
}

export interface ShardFile {
  readonly hash: Uint8Array
  readonly terms: readonly Term[]
  /** One proof per term. */
  readonly rangeHashes: readonly Uint8Array[]
  /** Ordinary hex digest; null for buckets. */
  readonly sha256: string | null
}

export interface ShardChunk {
  readonly hash: Uint8Array
  readonly rawStart: number
  readonly rawBytes: number
  readonly isIndexed: boolean
}

export interface ShardXorb {
  readonly hash: Uint8Array
  readonly chunks: readonly ShardChunk[]
  readonly rawBytes: number
  readonly serialisedBytes: number
}

export interface Shard {
  readonly files: readonly ShardFile[]
  readonly xorbs: readonly ShardXorb[]
}

/** Reads 48-byte records forward; a count is compared with what is left before anything is made of it. */
class Records {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  next(): Buffer {
    if (this.#at + RECORD_BYTES > this.#bytes.length) throw formatProblem('the shard ends in the middle of a section')
    this.#at += RECORD_BYTES
    return this.#bytes.subarray(this.#at - RECORD_BYTES, this.#at)
  }

  skip(count: number): void {
    if (count * RECORD_BYTES > this.#bytes.length - this.#at)
      throw formatProblem('the shard announces more than it holds')
    this.#at += count * RECORD_BYTES
  }

  many(count: number): Buffer[] {
    if (count * RECORD_BYTES > this.#bytes.length - this.#at)
      throw formatProblem('the shard announces more than it holds')
    return Array.from({ length: count }, () => this.next())
  }
}

const hashOf = (record: Buffer): Uint8Array => Uint8Array.from(record.subarray(0, HASH_BYTES))
const isBookend = (record: Buffer): boolean => record.subarray(0, HASH_BYTES).every((byte) => byte === 0xff)

/** How much of a shard a reader takes. */
export interface ShardLimits {
  readonly maxFiles: number
  /** Of all files together. */
  readonly maxTerms: number
}

/** Parses an uploaded shard forward only, ignoring footers (xet.md §6). Throws `XetFormatError`. */
export function parseShard(bytes: Uint8Array): Shard {
  const records = openShard(bytes)
  const files = [...readFiles(records)]
  const xorbs: ShardXorb[] = []
  for (let record = records.next(); !isBookend(record); record = records.next()) xorbs.push(readXorb(record, records))
  return { files, xorbs }
}

/** The files of an uploaded shard; its xorbs are only passed over. Throws `XetFormatError`. */
export function parseShardFiles(bytes: Uint8Array, limits: ShardLimits): ShardFile[] {
  const records = openShard(bytes)
  const files: ShardFile[] = []
  let terms = 0
  for (const file of readFiles(records, limits.maxTerms)) {
    terms += file.terms.length
    if (files.push(file) > limits.maxFiles) throw formatProblem(`a shard may name ${limits.maxFiles} files at most`)
    if (terms > limits.maxTerms) throw formatProblem(`a shard may have ${limits.maxTerms} terms at most`)
  }
  for (let record = records.next(); !isBookend(record); record = records.next()) records.skip(record.readUInt32LE(36))
  return files
}

function openShard(bytes: Uint8Array): Records {
  if (bytes.length > MAX_SHARD_BYTES) throw formatProblem(`a shard may have ${MAX_SHARD_BYTES} bytes at most`)
  const records = new Records(bytes)
  const header = records.next()
  if (!header.subarray(0, HASH_BYTES).equals(TAG) || header.readBigUInt64LE(HASH_BYTES) !== VERSION) {
    throw formatProblem('not a shard of version 2')
  }
  return records
}

function* readFiles(records: Records, maxTerms = Number.POSITIVE_INFINITY): Generator<ShardFile> {
  for (let record = records.next(); !isBookend(record); record = records.next())
    yield readFile(record, records, maxTerms)
}

function readFile(header: Buffer, records: Records, maxTerms: number): ShardFile {
  const flags = header.readUInt32LE(32)
  const count = header.readUInt32LE(36)
  const hash = hashOf(header)
  if (count > maxTerms) throw formatProblem(`a shard may have ${maxTerms} terms at most`)
  if (count > 0 && isReservedHash(hash)) throw formatProblem('a file with a reserved name')
  const terms = records.many(count).map(readTerm)
  const hasProofs = (flags & FLAG_VERIFICATION) !== 0
  const rangeHashes = hasProofs ? records.many(count).map(hashOf) : []
  const sha256 = (flags & FLAG_METADATA) !== 0 ? hashToText(hashOf(records.next())) : null
  return { hash, terms, rangeHashes, sha256 }
}

function readTerm(record: Buffer): Term {
  return {
    xorb: hashOf(record),
    rawBytes: record.readUInt32LE(36),
    chunkStart: record.readUInt32LE(40),
    chunkEnd: record.readUInt32LE(44),
  }
}

function readXorb(header: Buffer, records: Records): ShardXorb {
  const chunks = records.many(header.readUInt32LE(36)).map((record) => ({
    hash: hashOf(record),
    rawStart: record.readUInt32LE(32),
    rawBytes: record.readUInt32LE(36),
    isIndexed: (record.readUInt32LE(40) & FLAG_INDEXED) !== 0,
  }))
  return { hash: hashOf(header), chunks, rawBytes: header.readUInt32LE(40), serialisedBytes: header.readUInt32LE(44) }
}

export interface DedupAnswer {
  /** Xorbs with chunk hashes already keyed by `key`. */
  readonly xorbs: readonly ShardXorb[]
  readonly key: Uint8Array
  /** Seconds since 1970. */
  readonly createdAtS: number
  readonly expiresAtS: number
}

/** Writes the answer to a dedup query in the one form that both clients index: no files, full footer, empty lookups at the footer. */
export function writeDedupAnswer(answer: DedupAnswer): Buffer {
  const parts = [headerRecord(FOOTER_BYTES), bookend()]
  const xorbOffset = 2 * RECORD_BYTES
  for (const xorb of answer.xorbs) {
    parts.push(xorbRecord(xorb), ...xorb.chunks.map(chunkRecord))
  }
  parts.push(bookend())
  const body = Buffer.concat(parts)
  return Buffer.concat([body, footer(answer, body.length, xorbOffset)])
}

/** Writes a shard as current clients send one to register files: no footer, a proof for every term. */
export function writeUploadShard(shard: Shard): Buffer {
  const files = shard.files.flatMap((file) => [
    fileRecord(file),
    ...file.terms.map(termRecord),
    ...file.rangeHashes.map(paddedHash),
    ...(file.sha256 === null ? [] : [paddedHash(textToHash(file.sha256) ?? new Uint8Array(HASH_BYTES))]),
  ])
  const xorbs = shard.xorbs.flatMap((xorb) => [xorbRecord(xorb), ...xorb.chunks.map(chunkRecord)])
  return Buffer.concat([headerRecord(0), ...files, bookend(), ...xorbs, bookend()])
}

function fileRecord(file: ShardFile): Buffer {
  const record = paddedHash(file.hash)
  record.writeUInt32LE((FLAG_VERIFICATION | (file.sha256 === null ? 0 : FLAG_METADATA)) >>> 0, 32)
  record.writeUInt32LE(file.terms.length, 36)
  return record
}

function termRecord(term: Term): Buffer {
  const record = paddedHash(term.xorb)
  record.writeUInt32LE(term.rawBytes, 36)
  record.writeUInt32LE(term.chunkStart, 40)
  record.writeUInt32LE(term.chunkEnd, 44)
  return record
}

function paddedHash(hash: Uint8Array): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  record.set(hash)
  return record
}

function headerRecord(footerBytes: number): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  TAG.copy(record)
  record.writeBigUInt64LE(VERSION, 32)
  record.writeBigUInt64LE(BigInt(footerBytes), 40)
  return record
}

function bookend(): Buffer {
  return Buffer.alloc(RECORD_BYTES).fill(0xff, 0, HASH_BYTES)
}

function xorbRecord(xorb: ShardXorb): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  record.set(xorb.hash)
  record.writeUInt32LE(xorb.chunks.length, 36)
  record.writeUInt32LE(xorb.rawBytes, 40)
  record.writeUInt32LE(xorb.serialisedBytes, 44)
  return record
}

function chunkRecord(chunk: ShardChunk): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  record.set(chunk.hash)
  record.writeUInt32LE(chunk.rawStart, 32)
  record.writeUInt32LE(chunk.rawBytes, 36)
  record.writeUInt32LE(chunk.isIndexed ? FLAG_INDEXED : 0, 40)
  return record
}

function footer(answer: DedupAnswer, footerOffset: number, xorbOffset: number): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES)
  const rawBytes = answer.xorbs.reduce((sum, xorb) => sum + xorb.rawBytes, 0)
  const at = BigInt(footerOffset)
  const words = [1n, BigInt(RECORD_BYTES), BigInt(xorbOffset), at, 0n, at, 0n, at, 0n]
  words.forEach((word, index) => void bytes.writeBigUInt64LE(word, index * 8))
  bytes.set(answer.key, 72)
  bytes.writeBigUInt64LE(BigInt(answer.createdAtS), 104)
  bytes.writeBigUInt64LE(BigInt(answer.expiresAtS), 112)
  bytes.writeBigUInt64LE(BigInt(rawBytes), 184)
  bytes.writeBigUInt64LE(at, 192)
  return bytes
}
