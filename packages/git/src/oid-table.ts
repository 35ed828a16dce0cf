import { randomBytes } from 'node:crypto'

export const OID_BYTES = 20
const MIN_ROOM = 64
const NOT_HERE = -1

/**
 * Object ids by number, and numbers by id: 32 bytes an id in flat buffers, where a Map of strings takes ten times that.
 * The places of ids depend on a random seed, so nobody can choose ids that all meet at one place.
 */
export class OidTable {
  /** The ids, 20 bytes each, in order of their numbers. */
  ids: Buffer
  private slots: Uint32Array
  private used = 0
  private readonly seed = randomBytes(8)
  private readonly first = this.seed.readUInt32LE(0) | 1
  private readonly second = this.seed.readUInt32LE(4) | 1

  constructor(room: number) {
    this.ids = Buffer.alloc(Math.max(room, MIN_ROOM) * OID_BYTES)
    this.slots = slotsFor(Math.max(room, MIN_ROOM))
  }

  /** Number of the id whose 20 bytes begin at `at`; -1 when it has none. */
  find(from: Uint8Array, at: number): number {
    const { slots } = this
    for (let slot = this.slotOf(from, at); ; slot = (slot + 1) & (slots.length - 1)) {
      const number = (slots[slot] as number) - 1
      if (number < 0) return NOT_HERE
      if (this.isAt(number, from, at)) return number
    }
  }

  /** Gives an id that has none a number. False, and nothing is done, when it has one. */
  put(number: number, from: Uint8Array, at: number): boolean {
    return this.numberFor(number, from, at) === number
  }

  /** The number of an id, which is given `fresh` when it has none. */
  numberFor(fresh: number, from: Uint8Array, at: number): number {
    if (this.used * 2 >= this.slots.length || (fresh + 1) * OID_BYTES > this.ids.length) this.grow(fresh)
    const { ids, slots } = this
    let slot = this.slotOf(from, at)
    for (; slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
      const number = (slots[slot] as number) - 1
      if (this.isAt(number, from, at)) return number
    }
    for (let byte = 0, to = fresh * OID_BYTES; byte < OID_BYTES; byte++) ids[to + byte] = from[at + byte] as number
    slots[slot] = fresh + 1
    this.used++
    return fresh
  }

  /** As `put`, for an id given as text: 40 hex, or its 20 bytes as characters (`latin1`). The table must have room for the number. */
  putText(number: number, text: string, encoding: 'hex' | 'latin1'): boolean {
    const at = number * OID_BYTES
    this.ids.write(text, at, OID_BYTES, encoding)
    return this.numberFor(number, this.ids, at) === number
  }

  /** An id as 40 hex. */
  textOf(number: number): string {
    return this.ids.toString('hex', number * OID_BYTES, (number + 1) * OID_BYTES)
  }

  private isAt(number: number, from: Uint8Array, at: number): boolean {
    const { ids } = this
    const to = number * OID_BYTES
    for (let byte = 0; byte < OID_BYTES; byte++) if (ids[to + byte] !== from[at + byte]) return false
    return true
  }

  private slotOf(from: Uint8Array, at: number): number {
    const mixed = Math.imul(wordAt(from, at), this.first) ^ Math.imul(wordAt(from, at + 4), this.second)
    return ((mixed ^ (mixed >>> 15)) >>> 0) & (this.slots.length - 1)
  }

  private grow(number: number): void {
    const room = Math.max(this.used * 2, number + 1)
    const ids = Buffer.alloc(room * OID_BYTES)
    this.ids.copy(ids, 0, 0, Math.min(this.ids.length, ids.length))
    const held = this.slots
    this.ids = ids
    this.slots = slotsFor(room)
    for (const taken of held) if (taken !== 0) this.seat(taken)
  }

  private seat(taken: number): void {
    const { slots } = this
    let slot = this.slotOf(this.ids, (taken - 1) * OID_BYTES)
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
    slots[slot] = taken
  }
}

/** A power of two with room for as many and as much again. */
const slotsFor = (room: number): Uint32Array => new Uint32Array(2 ** Math.ceil(Math.log2(room * 2 + 2)))

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24)
