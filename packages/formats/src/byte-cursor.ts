import { malformed, tooLarge } from './format-error.js'
import type { FileSource } from './ranged-reader.js'

/** Bytes fetched at a time; a reader that walks a file asks for few, large ranges. */
const WINDOW_BYTES = 256 * 1024

/**
 * Walks a file forward over ranged reads. `need(n)` makes `n` bytes available (null when they already are, so hot loops
 * need not await); the `take…` methods then read them. The bytes fetched in all are capped.
 */
export class ByteCursor {
  /** Offset in the file of the next byte. */
  position: number
  readonly source: FileSource
  readonly littleEndian: boolean
  private window: Uint8Array = new Uint8Array(0)
  private view: DataView<ArrayBufferLike> = new DataView(new ArrayBuffer(0))
  private windowStart = 0
  private fetchBudgetBytes: number

  constructor(source: FileSource, options: { start?: number; maxFetchBytes: number; littleEndian?: boolean }) {
    this.source = source
    this.position = options.start ?? 0
    this.fetchBudgetBytes = options.maxFetchBytes
    this.littleEndian = options.littleEndian ?? true
  }

  /** Bytes between the cursor and the end of the file. */
  get remainingBytes(): number {
    return this.source.sizeBytes - this.position
  }

  /** Whether `count` bytes are in memory. */
  private has(count: number): boolean {
    return this.position >= this.windowStart && this.position + count <= this.windowStart + this.window.length
  }

  /** Makes `count` bytes available; null when they are. Errors: `FormatError` past the end of the file or the fetch cap. */
  need(count: number): Promise<void> | null {
    return this.has(count) ? null : this.fetch(count)
  }

  private async fetch(count: number): Promise<void> {
    if (count > this.remainingBytes) throw malformed(`the file ends inside a value at byte ${this.position}`)
    const end = Math.min(this.source.sizeBytes, this.position + Math.max(count, WINDOW_BYTES))
    this.fetchBudgetBytes -= end - this.position
    if (this.fetchBudgetBytes < 0) throw tooLarge('too much of the file would have to be read')
    const bytes = await this.source.read(this.position, end)
    if (bytes.length < count) throw malformed('the file ended early')
    this.window = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.windowStart = this.position
  }

  /** Moves forward over bytes that need not be read. */
  skip(count: number): void {
    if (count < 0 || count > this.remainingBytes)
      throw malformed(`a length at byte ${this.position} points outside of the file`)
    this.position += count
  }

  private advance(count: number): number {
    const at = this.position - this.windowStart
    this.position += count
    return at
  }

  takeU8(): number {
    return this.view.getUint8(this.advance(1))
  }

  takeU16(): number {
    return this.view.getUint16(this.advance(2), this.littleEndian)
  }

  takeU32(): number {
    return this.view.getUint32(this.advance(4), this.littleEndian)
  }

  takeI32(): number {
    return this.view.getInt32(this.advance(4), this.littleEndian)
  }

  takeF32(): number {
    return this.view.getFloat32(this.advance(4), this.littleEndian)
  }

  takeF64(): number {
    return this.view.getFloat64(this.advance(8), this.littleEndian)
  }

  takeI64(): bigint {
    return this.view.getBigInt64(this.advance(8), this.littleEndian)
  }

  /** An unsigned 64-bit count or length. Errors: `FormatError` beyond 2^53. */
  takeCount(): number {
    const value = this.view.getBigUint64(this.advance(8), this.littleEndian)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`a count at byte ${this.position - 8} is absurd`)
    return Number(value)
  }

  /** A view of the next bytes, valid until the next `need`. */
  takeBytes(count: number): Uint8Array {
    const at = this.advance(count)
    return this.window.subarray(at, at + count)
  }
}
