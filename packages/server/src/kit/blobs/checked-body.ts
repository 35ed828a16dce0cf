import { createHash, type Hash } from 'node:crypto'
import { BlobMismatch, type PutOptions, type WrittenBlob } from './port.js'

/** Gathers a body into pieces of `pieceBytes` (the last one smaller) while it counts them, and hashes them when a hash was promised. */
export class CheckedBody {
  readonly #hash: Hash | null
  readonly #promised: PutOptions
  readonly #pieceBytes: () => number
  readonly #body: AsyncIterable<Uint8Array>
  #sizeBytes = 0

  constructor(body: AsyncIterable<Uint8Array>, promised: PutOptions, pieceBytes: number | (() => number)) {
    this.#body = body
    this.#promised = promised
    this.#hash = promised.sha256 === undefined ? null : createHash('sha256')
    this.#pieceBytes = typeof pieceBytes === 'number' ? () => pieceBytes : pieceBytes
  }

  /** Each piece as the chunks it consists of. Throws `BlobMismatch` as soon as the body is longer than promised. */
  async *pieces(): AsyncGenerator<Uint8Array[]> {
    let chunks: Uint8Array[] = []
    let gathered = 0
    let limit = this.#pieceBytes()
    for await (const whole of this.#body) {
      this.#take(whole)
      let chunk = whole
      while (gathered + chunk.byteLength >= limit) {
        yield [...chunks, chunk.subarray(0, limit - gathered)]
        chunk = chunk.subarray(limit - gathered)
        chunks = []
        gathered = 0
        limit = this.#pieceBytes()
      }
      if (chunk.byteLength > 0) chunks.push(chunk)
      gathered += chunk.byteLength
    }
    if (gathered > 0) yield chunks
  }

  /** After the last piece: what was written. Throws `BlobMismatch` unless it is what was promised. */
  finish(): WrittenBlob {
    const { sizeBytes, sha256 } = this.#promised
    if (sizeBytes !== undefined && sizeBytes !== this.#sizeBytes)
      throw new BlobMismatch(`the content has ${this.#sizeBytes} bytes instead of ${sizeBytes}`)
    const found = this.#hash?.digest('hex')
    if (sha256 !== found) throw new BlobMismatch(`the content has SHA-256 ${found}`)
    return { sizeBytes: this.#sizeBytes }
  }

  #take(chunk: Uint8Array): void {
    this.#hash?.update(chunk)
    this.#sizeBytes += chunk.byteLength
    const promised = this.#promised.sizeBytes
    if (promised !== undefined && this.#sizeBytes > promised)
      throw new BlobMismatch(`the content has more than ${promised} bytes`)
  }
}
