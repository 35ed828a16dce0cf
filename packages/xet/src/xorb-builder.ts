import type { KeyedHashes } from './keyed-hashes.js'
import { xorbHash } from './merkle.js'
import { MAX_XORB_BYTES, MAX_XORB_CHUNKS, storedRecord, type XorbChunk } from './xorb.js'

export interface BuiltXorb {
  readonly hash: Uint8Array
  /** The chunk records; one after another they are the xorb. */
  readonly records: readonly Uint8Array[]
  readonly chunks: readonly XorbChunk[]
}

/** Gathers chunks, as they are, into one xorb. */
export class XorbBuilder {
  readonly #records: Uint8Array[] = []
  readonly #chunks: XorbChunk[] = []
  #serialisedEnd = 0
  #rawEnd = 0

  get count(): number {
    return this.#chunks.length
  }

  /** Whether one more chunk of this size fits into the limits of a xorb. */
  hasRoom(rawBytes: number): boolean {
    return this.#chunks.length < MAX_XORB_CHUNKS && this.#serialisedEnd + rawBytes + RECORD_HEAD_BYTES <= MAX_XORB_BYTES
  }

  /** Adds a chunk; its place in the xorb. */
  add(raw: Uint8Array, hash: Uint8Array): number {
    const record = storedRecord(raw)
    this.#records.push(record)
    this.#serialisedEnd += record.length
    this.#rawEnd += raw.length
    const ends = { serialisedEnd: this.#serialisedEnd, rawEnd: this.#rawEnd }
    return this.#chunks.push({ hash, sizeBytes: raw.length, ...ends }) - 1
  }

  build(hashes: KeyedHashes): BuiltXorb {
    return { hash: xorbHash(this.#chunks, hashes), records: this.#records, chunks: this.#chunks }
  }
}

const RECORD_HEAD_BYTES = 8
