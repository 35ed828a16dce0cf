/** The only source of time in the server; tests set it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still until it is moved; for tests. */
export function createTestClock(start: Date): Clock & { set(at: Date): void; advanceMs(ms: number): void } {
  let at = start.getTime()
  return {
    now: () => new Date(at),
    set: (next) => {
      at = next.getTime()
    },
    advanceMs: (ms) => {
      at += ms
    },
  }
}
