import type { Worker } from 'node:worker_threads'
import { startThread } from '../../../kit/thread.js'
import { refuse } from '@stoa/contracts'
import type { CardJob, CardResults } from './card-job.js'

/** A card that takes longer is given up. */
export const CARD_TIMEOUT_MS = 4_000
/** Cards waiting at most; beyond it the server says it is busy. */
export const MAX_WAITING_CARDS = 100
/** The thread goes after this long without work. */
const IDLE_MS = 60_000
const LIMITS = { maxOldGenerationSizeMb: 256, stackSizeMb: 4 }

interface Waiting {
  readonly job: CardJob
  readonly done: (result: CardResults[CardJob['kind']] | null) => void
}

/** Does the jobs one after another in a thread of its own. */
export interface CardWorker {
  /** The result, or null when the job took too long, too much memory, or failed. Errors: `Unavailable` when too many wait. */
  run<J extends CardJob>(job: J): Promise<CardResults[J['kind']] | null>
  stop(): Promise<void>
}

export function createCardWorker(timeoutMs = CARD_TIMEOUT_MS): CardWorker {
  const line: Waiting[] = []
  let thread: Worker | null = null
  let current: Waiting | null = null
  let timer: NodeJS.Timeout | undefined

  const finish = (result: CardResults[CardJob['kind']] | null): void => {
    clearTimeout(timer)
    const waiting = current
    current = null
    waiting?.done(result)
    next()
  }
  const drop = (): void => {
    const dropped = thread
    thread = null
    dropped?.removeAllListeners()
    dropped?.on('error', () => {})
    void dropped?.terminate()
  }
  const begin = (): void => {
    // The clock starts when the thread listens: loading it is not the card's fault.
    timer = setTimeout(() => {
      drop()
      finish(null)
    }, timeoutMs)
    thread?.postMessage({ id: 0, job: current?.job })
  }
  const next = (): void => {
    if (current) return
    current = line.shift() ?? null
    if (!current) {
      timer = setTimeout(drop, IDLE_MS)
      timer.unref()
      return
    }
    clearTimeout(timer)
    if (thread) return begin()
    const fresh = startThread(import.meta.url, './card-thread', {
      resourceLimits: LIMITS,
      stdout: false,
      stderr: false,
    })
    thread = fresh
    fresh.on('message', (message: { ready?: boolean; result?: CardResults[CardJob['kind']] }) => {
      if (message.ready) begin()
      else finish(message.result ?? null)
    })
    fresh.on('error', () => {
      drop()
      finish(null)
    })
  }
  return {
    run: <J extends CardJob>(job: J) =>
      new Promise<CardResults[J['kind']] | null>((resolve, reject) => {
        if (line.length >= MAX_WAITING_CARDS) return reject(refuse('Unavailable', 'Too many cards are being rendered.'))
        line.push({ job, done: (result) => resolve(result as CardResults[J['kind']] | null) })
        next()
      }),
    stop: async () => {
      clearTimeout(timer)
      const stopped = thread
      thread = null
      stopped?.removeAllListeners()
      await stopped?.terminate()
      for (const waiting of [...line.splice(0), ...(current ? [current] : [])]) waiting.done(null)
      current = null
    },
  }
}
