import type { RepoDeps } from './deps.js'
import { addDownloads, type DownloadCount } from './queries/downloads.js'

/** One download a caller makes of a repository within this time counts once: a client fetches many files for one. */
const ONE_DOWNLOAD_MS = 10 * 60 * 1000
const FLUSH_EVERY_MS = 5000
const MAX_REMEMBERED = 100_000

/** Counts downloads in memory and stores them in batches, after the answers went out. */
export interface DownloadCounter {
  /** `caller` tells one downloader from another: an account id or an address. */
  count(repoId: string, caller: string): void
  flush(): Promise<void>
  start(): void
  stop(): Promise<void>
}

type CounterDeps = Pick<RepoDeps, 'clock' | 'log' | 'write'>

export function createDownloadCounter(deps: CounterDeps): DownloadCounter {
  let pending = new Map<string, number>()
  let seen = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  const flush = async (): Promise<void> => {
    if (pending.size === 0) return
    const taken = pending
    pending = new Map()
    try {
      await deps.write((tx) => addDownloads(tx, [...taken].map(toCount)))
    } catch (error) {
      for (const [key, count] of taken) pending.set(key, (pending.get(key) ?? 0) + count)
      throw error
    }
  }
  return {
    count: (repoId, caller) => {
      const nowMs = deps.clock.now().getTime()
      const pair = `${repoId} ${caller}`
      if (nowMs - (seen.get(pair) ?? Number.NEGATIVE_INFINITY) < ONE_DOWNLOAD_MS) return
      if (seen.size >= MAX_REMEMBERED) seen = new Map()
      seen.set(pair, nowMs)
      const key = `${repoId} ${deps.clock.now().toISOString().slice(0, 10)}`
      pending.set(key, (pending.get(key) ?? 0) + 1)
    },
    flush,
    start: () => {
      const log = (error: unknown): void => deps.log.error('downloads were not stored', error)
      timer = setInterval(() => void flush().catch(log), FLUSH_EVERY_MS)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}

function toCount([key, count]: [string, number]): DownloadCount {
  const [repoId = '', day = ''] = key.split(' ')
  return { repoId, day, count }
}
