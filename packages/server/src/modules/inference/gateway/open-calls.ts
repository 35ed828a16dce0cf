import { refuse } from '@stoa/contracts'
import type { Call } from './call.js'

const MAX_OPEN_CALLS = 4_096
const MAX_OPEN_PER_USER = 1_024
const SWEEP_MS = 5_000
const MAX_STALL_MS = 60_000

/** The calls under way: bounds on their number, and an end for those whose reader stands still. One coarse timer for all. */
export class OpenCalls {
  readonly #nowMs: () => number
  readonly #calls = new Map<Call, string>()
  readonly #byUser = new Map<string, number>()
  readonly #paused = new Map<Call, number>()
  readonly #sweep: NodeJS.Timeout

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#sweep = setInterval(() => this.#endStalled(), SWEEP_MS)
    this.#sweep.unref()
  }

  get size(): number {
    return this.#calls.size
  }

  /** Throws when this user, or the server, has too many calls open. */
  demandRoom(userId: string): void {
    const wait = { headers: { 'retry-after': '1' } }
    if (this.#calls.size >= MAX_OPEN_CALLS) {
      throw refuse('ServerOverloaded', undefined, { code: 'server_overloaded' }, wait)
    }
    if ((this.#byUser.get(userId) ?? 0) >= MAX_OPEN_PER_USER) {
      throw refuse('TooManyOpenCalls', undefined, { code: 'rate_limit_exceeded' }, wait)
    }
  }

  add(call: Call, userId: string): void {
    this.#calls.set(call, userId)
    this.#byUser.set(userId, (this.#byUser.get(userId) ?? 0) + 1)
  }

  remove(call: Call): void {
    const userId = this.#calls.get(call)
    this.#paused.delete(call)
    if (userId === undefined) return
    this.#calls.delete(call)
    const left = (this.#byUser.get(userId) ?? 1) - 1
    if (left === 0) this.#byUser.delete(userId)
    else this.#byUser.set(userId, left)
  }

  pause(call: Call): void {
    this.#paused.set(call, this.#nowMs())
  }

  resume(call: Call): void {
    this.#paused.delete(call)
  }

  stop(): void {
    clearInterval(this.#sweep)
    for (const call of [...this.#calls.keys()]) call.hangUp()
  }

  #endStalled(): void {
    const limit = this.#nowMs() - MAX_STALL_MS
    for (const [call, since] of this.#paused) if (since < limit) call.hangUp()
  }
}
