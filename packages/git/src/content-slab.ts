import { hash } from 'node:crypto'
import { type InflateRoom, inflateInto } from './inflate.js'
import type { ObjectType } from './object.js'

const SLAB_BYTES = 256 * 1024
/** `commit 16384` and its end fit in. */
const HEAD_BYTES = 16
const ZERO = 0x30

/** Contents up to this size lie in a slab. */
export const SLAB_CONTENT_BYTES = 16 * 1024

/** What stands before the size of an object in git's header. */
const WORDS: Readonly<Record<ObjectType, Uint8Array>> = {
  commit: Buffer.from('commit '),
  tree: Buffer.from('tree '),
  blob: Buffer.from('blob '),
  tag: Buffer.from('tag '),
}

/**
 * Room for small contents, one behind the other in shared buffers, each with room for git's header before it: an object is
 * inflated, named and kept without a buffer of its own. The oldest slabs are forgotten first.
 */
export class ContentSlab implements InflateRoom {
  /** Where the content is that came last: in slab `number`, from `to` on. Numbers begin with 1. */
  out = Buffer.alloc(0)
  to = 0
  sizeBytes = 0
  number = 0
  private end = 0
  private readonly slabs: (Buffer | undefined)[] = []
  private readonly maxSlabs: number

  constructor(limitBytes: number) {
    this.maxSlabs = Math.floor(limitBytes / SLAB_BYTES)
  }

  /** Inflates the stream at `at` of `input`; how many bytes of it were taken. Throws GitFormatError `badZlib`. */
  inflate(input: Buffer, at: number, length: number, sizeBytes: number): number {
    this.reserve(sizeBytes)
    return inflateInto(input, at, length, this)
  }

  /** Room for a content that the caller writes. */
  reserve(sizeBytes: number): Buffer {
    const needed = HEAD_BYTES + sizeBytes + 1
    if (this.end + needed > this.out.length) this.addSlab()
    this.to = this.end + HEAD_BYTES
    this.end += needed
    this.sizeBytes = sizeBytes
    return this.out
  }

  /** Id of the content that came last: its 20 bytes as a text of as many characters. */
  nameOf(type: ObjectType): string {
    const { out } = this
    const word = WORDS[type]
    let start = this.to - 1
    out[start] = 0
    let rest = this.sizeBytes
    do {
      out[--start] = ZERO + (rest % 10)
      rest = Math.floor(rest / 10)
    } while (rest > 0)
    start -= word.length
    for (let at = 0; at < word.length; at++) out[start + at] = word[at] as number
    return hash('sha1', new Uint8Array(out.buffer, start, this.to + this.sizeBytes - start), 'binary')
  }

  /** A content by its place; undefined when its slab was forgotten. */
  contentAt(number: number, to: number, sizeBytes: number): Buffer | undefined {
    return this.slabs[number - 1]?.subarray(to, to + sizeBytes)
  }

  private addSlab(): void {
    this.out = Buffer.allocUnsafeSlow(SLAB_BYTES)
    this.end = 0
    this.number = this.slabs.push(this.out)
    if (this.number > this.maxSlabs) this.slabs[this.number - this.maxSlabs - 1] = undefined
  }
}
