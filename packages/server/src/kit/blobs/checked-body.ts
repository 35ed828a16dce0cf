import { createHash } from 'node:crypto'
import { BlobMismatch, type PutOptions, type WrittenBlob } from './port.js'

/** Gathers a body into pieces of `pieceBytes` (the last one smaller) while it counts and hashes them. */
export class CheckedBody {
  readonly #hash = createHash('sha256')
  readonly #promised: PutOptions
  readonly #pieceBytes: () => number
  readonly #body: AsyncIterable<Uint8Array>
  #sizeBytes = 0

  constructor(body: AsyncIterable<Uint8Array>, promised: PutOptions, pieceBytes: number | (() => number)) {
    this.#body = body
    this.#promised = promised
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
    const written = { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') }
    const { sizeBytes, sha256 } = this.#promised
    if (sizeBytes !== undefined && sizeBytes !== written.sizeBytes)
      throw new BlobMismatch(`the content has ${written.sizeBytes} bytes instead of ${sizeBytes}`)
    if (sha256 !== undefined && sha256 !== written.sha256)
      throw new BlobMismatch(`the content has SHA-256 ${written.sha256}`)
    return written
  }

  #take(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#sizeBytes += chunk.byteLength
    const promised = this.#promised.sizeBytes
    if (promised !== undefined && this.#sizeBytes > promised)
      throw new BlobMismatch(`the content has more than ${promised} bytes`)
  }
}
