import type { Worker } from 'node:worker_threads'
import { startThread } from '../../../kit/thread.js'
import { refuse } from '@stoa/contracts'
import type { CardJob, CardResults } from './card-job.js'

/** A card that takes longer is given up. */
export const CARD_TIMEOUT_MS = 4_000
/** Cards waiting at most; beyond it the server says it is busy. */
export const MAX_WAITING_CARDS = 100
/** Jobs that may be taken before an older one. */
const MAX_PASSED_BY = 10
/** The thread goes after this long without work. */
const IDLE_MS = 60_000
const LIMITS = { maxOldGenerationSizeMb: 256, stackSizeMb: 4 }

interface Waiting {
  /** Jobs taken before this one, the oldest. */
  passedBy: number
  readonly job: CardJob
  readonly done: (result: CardResults[CardJob['kind']] | null) => void
}

/** Does the jobs one after another in a thread of its own, light ones first. */
export interface CardWorker {
  /** The result, or null when the job took too long, too much memory, or failed. Errors: `Unavailable` when too many wait. */
  run<J extends CardJob>(job: J): Promise<CardResults[J['kind']] | null>
  stop(): Promise<void>
}

/** Reading and judging are quick and somebody's commit or search waits for them; pages come after, short cards first. */
const weightOf = ({ job }: Waiting): number => (job.kind === 'render' ? 1 + job.card.length : 0)

/** The lightest of those that wait, unless the oldest has been passed by too often. */
function takeNext(line: Waiting[]): Waiting | null {
  const [oldest] = line
  if (!oldest) return null
  const lightest = line.reduce((best, one) => (weightOf(one) < weightOf(best) ? one : best))
  const next = oldest.passedBy >= MAX_PASSED_BY ? oldest : lightest
  if (next !== oldest) oldest.passedBy += 1
  line.splice(line.indexOf(next), 1)
  return next
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
    current = takeNext(line)
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
        line.push({ passedBy: 0, job, done: (result) => resolve(result as CardResults[J['kind']] | null) })
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
