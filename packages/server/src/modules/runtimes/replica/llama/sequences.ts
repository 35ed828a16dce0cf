import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp'
import { ReplicaRefusal } from '../refusal.js'

const MAX_WAITING = 256

/** The places of a batch: every running request holds one, the rest wait in order. */
export class SequencePool {
  readonly #free: LlamaContextSequence[]
  readonly #waiting: ((sequence: LlamaContextSequence) => void)[] = []
  readonly size: number

  constructor(context: LlamaContext, size: number) {
    this.#free = Array.from({ length: size }, () => context.getSequence())
    this.size = size
  }

  get active(): number {
    return this.size - this.#free.length
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Throws when the queue is full. */
  demandRoom(): void {
    if (this.#waiting.length < MAX_WAITING) return
    throw new ReplicaRefusal(503, 'This model is busy. Try again shortly.', null, 'server_overloaded')
  }

  /** Waits for a place; throws when the caller gave up. */
  async take(signal: AbortSignal): Promise<LlamaContextSequence> {
    signal.throwIfAborted()
    const free = this.#free.pop()
    if (free) return free
    return new Promise((resolve, reject) => {
      const waiter = (sequence: LlamaContextSequence): void => {
        signal.removeEventListener('abort', giveUp)
        resolve(sequence)
      }
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(signal.reason as Error)
      }
      this.#waiting.push(waiter)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Gives a place back, emptied: no request sees another's cache. */
  async give(sequence: LlamaContextSequence): Promise<void> {
    await sequence.clearHistory()
    const next = this.#waiting.shift()
    if (next) next(sequence)
    else this.#free.push(sequence)
  }
}
