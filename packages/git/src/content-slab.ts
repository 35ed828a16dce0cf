import { hash } from 'node:crypto'
import { type InflateRoom, inflateInto } from './inflate.js'
import type { ObjectType } from './object.js'

const SLAB_BYTES = 256 * 1024
/** `commit 16384` and its end fit in. */
const HEAD_BYTES = 16

/** Contents up to this size lie in a slab. */
export const SLAB_CONTENT_BYTES = 16 * 1024

/**
 * Room for small contents, one behind the other in shared buffers, each with room for git's header before it: an object is
 * inflated and named without being copied, and without two buffers of its own.
 */
export class ContentSlab {
  private slab = Buffer.alloc(0)
  private end = 0

  /** Inflates the stream at `at` of `input`. Throws GitFormatError `badZlib`. */
  inflate(input: Buffer, at: number, length: number, sizeBytes: number): { data: Buffer; consumedBytes: number } {
    const { out, to } = this.take(sizeBytes)
    const consumedBytes = inflateInto(input, at, length, { out, to, sizeBytes })
    return { data: out.subarray(to, to + sizeBytes), consumedBytes }
  }

  /** Id, 40 hex, of content that was inflated here. */
  nameOf(type: ObjectType, data: Buffer): string {
    const head = `${type} ${data.length}\0`
    const start = data.byteOffset - head.length
    const whole = Buffer.from(data.buffer, start, head.length + data.length)
    whole.write(head, 0, 'latin1')
    return hash('sha1', whole, 'hex')
  }

  private take(sizeBytes: number): Pick<InflateRoom, 'out' | 'to'> {
    const needed = HEAD_BYTES + sizeBytes + 1
    if (this.end + needed > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, needed))
      this.end = 0
    }
    const to = this.end + HEAD_BYTES
    this.end += needed
    return { out: this.slab, to }
  }
}
