import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.js'

/** Makes UUIDs of version 7 (RFC 9562): they sort by the millisecond they were made in. */
export interface Uuids {
  next(): string
}

export function createUuids(clock: Clock): Uuids {
  return {
    next() {
      const time = clock.now().getTime().toString(16).padStart(12, '0')
      const random = randomBytes(10)
      random[0] = ((random[0] ?? 0) & 0x0f) | 0x70
      random[2] = ((random[2] ?? 0) & 0x3f) | 0x80
      const rest = random.toString('hex')
      return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`
    },
  }
}
