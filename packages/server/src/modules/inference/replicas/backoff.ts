const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 60_000
const LOOP_CRASHES = 3
const LOOP_WINDOW_MS = 60_000

/** How long to wait before a model that failed is tried again: 1 s, 2 s, 4 s …; a minute after three failures within one. */
export class Backoff {
  #failures: number[] = []
  #untilMs = 0
  message = ''

  fail(nowMs: number, message: string): void {
    this.#failures = [...this.#failures, nowMs].filter((at) => at > nowMs - LOOP_WINDOW_MS)
    const count = this.#failures.length
    this.#untilMs = nowMs + (count >= LOOP_CRASHES ? MAX_WAIT_MS : FIRST_WAIT_MS * 2 ** (count - 1))
    this.message = message
  }

  waitMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs)
  }
}
