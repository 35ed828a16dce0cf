import { GEAR_TABLE_HEX } from './gear-table.js'

export const MIN_CHUNK_BYTES = 8_192
export const MAX_CHUNK_BYTES = 131_072

/** Bytes of a chunk that cannot change the hash at the first possible boundary: only the last 64 matter. */
const SKIP_BYTES = MIN_CHUNK_BYTES - 64 - 1

// The 64-bit hash lives in two 32-bit halves; a boundary needs only the top 16 bits of the high half to be zero.
const HIGH = Int32Array.from(GEAR_TABLE_HEX, (hex) => Number.parseInt(hex.slice(0, 8), 16) | 0)
const LOW = Int32Array.from(GEAR_TABLE_HEX, (hex) => Number.parseInt(hex.slice(8), 16) | 0)
const TOP_16 = 0xffff0000 | 0

/** Cuts a stream at content-defined boundaries (draft-denis-xet §3). Feed pieces of any size; boundaries do not depend on them. */
export class Chunker {
  #high = 0
  #low = 0
  #size = 0

  /** Offsets within `piece` right after which a chunk ends. */
  push(piece: Uint8Array): number[] {
    const cuts: number[] = []
    let high = this.#high
    let low = this.#low
    let size = this.#size
    let index = 0
    while (index < piece.length) {
      if (size < SKIP_BYTES) {
        const skipped = Math.min(SKIP_BYTES - size, piece.length - index)
        size += skipped
        index += skipped
        continue
      }
      const start = index
      const earliest = index + MIN_CHUNK_BYTES - size
      const end = Math.min(piece.length, index + MAX_CHUNK_BYTES - size)
      do {
        const byte = piece[index] as number
        const add = LOW[byte] as number
        const doubled = low << 1
        const sum = (doubled + add) | 0
        // The carry of an unsigned sum, from the top bits of both parts and of the result: 32-bit integers stay fast.
        const carry = ((doubled & add) | ((doubled | add) & ~sum)) >>> 31
        high = ((high << 1) + (low >>> 31) + (HIGH[byte] as number) + carry) | 0
        low = sum
        index += 1
      } while (index < end && ((high & TOP_16) !== 0 || index < earliest))
      size += index - start
      const isCut = size === MAX_CHUNK_BYTES || ((high & TOP_16) === 0 && size >= MIN_CHUNK_BYTES)
      if (!isCut) continue
      cuts.push(index)
      high = 0
      low = 0
      size = 0
    }
    this.#high = high
    this.#low = low
    this.#size = size
    return cuts
  }

  /** Bytes of the chunk that is still open. */
  get openBytes(): number {
    return this.#size
  }
}

/** Ends of all chunks of a whole content; the last one is its length. */
export function chunkEnds(content: Uint8Array): number[] {
  const ends = new Chunker().push(content)
  if (content.length > 0 && ends.at(-1) !== content.length) ends.push(content.length)
  return ends
}
