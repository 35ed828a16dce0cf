/** Numbers that follow from a seed (mulberry32), so that what was written in a round can be written again. */
export class Seeded {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let word = this.#state
    word = Math.imul(word ^ (word >>> 15), word | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 4294967296
  }

  between(low: number, high: number): number {
    return Math.floor(low + this.next() * (high - low))
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(Math.ceil(length / 4) * 4)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(Math.floor(this.next() * 4294967296) >>> 0, at)
    return bytes.subarray(0, length)
  }
}
