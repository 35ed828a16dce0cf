import { setImmediate as nextTurn } from 'node:timers/promises'

/** Runs a generator of work to its end, letting other requests in at every step. */
export async function runToEnd<T>(steps: Generator<void, T>): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    await nextTurn()
  }
}
