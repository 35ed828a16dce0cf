import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.js'

/** Makes identifiers: 24 lower-case hex digits that sort by creation second, the Hub's `_id` form (hub-api 1.2). */
export interface Ids {
  next(): string
}

const COUNTER_SIZE = 0x1000000

/** Four bytes of seconds, five random bytes of this process, three counting bytes. */
export function createIds(clock: Clock): Ids {
  const process = randomBytes(5).toString('hex')
  let counter = randomBytes(3).readUIntBE(0, 3)
  return {
    next() {
      counter = (counter + 1) % COUNTER_SIZE
      const seconds = Math.floor(clock.now().getTime() / 1000)
      return seconds.toString(16).padStart(8, '0') + process + counter.toString(16).padStart(6, '0')
    },
  }
}
