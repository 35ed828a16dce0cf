import {
  type CheckedPack,
  checkPack,
  DEFAULT_PACK_LIMITS,
  GitFormatError,
  nameBlobs,
  type PackLimits,
  type PackObject,
  type PackSource,
} from '@stoa/git'
import { startThread } from '../../kit/thread.js'
import type { Turns } from '../../kit/turns.js'
import { runToEnd } from './run-steps.js'
import { memorySource, type Spooled } from './spool.js'

/** Packs up to this are checked between other requests; larger ones in a worker thread. */
const IN_PLACE_BYTES = 4 * 1024 * 1024
/** What may be inflated between other requests: a small pack of large zeros goes to the worker as well. */
const IN_PLACE_LIMITS: PackLimits = {
  ...DEFAULT_PACK_LIMITS,
  maxObjectBytes: 12 * 1024 * 1024,
  maxWorkBytes: 96 * 1024 * 1024,
}
const OVER_IN_PLACE = new Set(['packTooLarge', 'objectTooLarge'])
/** A check that takes longer is stopped. */
const CHECK_TIMEOUT_MS = 10 * 60_000
/** Checks in workers at once, of everybody and of one repository; each may take a gigabyte. */
export const CHECK_TURNS = { units: 2, unitsPerKey: 1, waiting: 64 }

/** A checked pack, with the names of its large contents. */
export interface IncomingPack extends CheckedPack {
  readonly largeNames: ReadonlyMap<string, string>
}

/** What a worker answers: the facts, or the rule that was broken. */
export type CheckAnswer = { readonly checked: IncomingPack } | { readonly rule: string; readonly message: string }

interface Asked {
  readonly repoId: string
  readonly tips: readonly string[]
  readonly turns: Turns
}

/** Reads and checks a received pack; the event loop stays free. Throws GitFormatError, and `Unavailable` when too many wait. */
export async function checkIncoming(spooled: Spooled, asked: Asked): Promise<IncomingPack> {
  if (spooled.bytes !== null && spooled.sizeBytes <= IN_PLACE_BYTES) {
    const checked = await checkInPlace(spooled.bytes, asked.tips)
    if (checked !== null) return checked
  }
  const answer = await asked.turns.take(asked.repoId, 1, () => askWorker(spooled, asked.tips))
  if ('rule' in answer) throw new GitFormatError(answer.rule, answer.message)
  return { ...answer.checked, index: Buffer.from(answer.checked.index) }
}

/** As `checkIncoming`, and shows every object; null when the pack inflates to too much for that. */
export async function checkInPlace(
  bytes: Buffer,
  tips: readonly string[],
  visit?: (object: PackObject) => void,
): Promise<IncomingPack | null> {
  try {
    return await runToEnd(inspectPack(memorySource(bytes), IN_PLACE_LIMITS, { tips, ...(visit ? { visit } : {}) }))
  } catch (error) {
    if (error instanceof GitFormatError && OVER_IN_PLACE.has(error.rule)) return null
    throw error
  }
}

/** Checks a pack, and names its large contents if it has some. */
export function* inspectPack(
  source: PackSource,
  limits: PackLimits,
  options: Parameters<typeof checkPack>[2],
): Generator<void, IncomingPack> {
  const checked = yield* checkPack(source, limits, options)
  const large = new Set(checked.large.map(({ oid }) => oid))
  const largeNames = large.size === 0 ? new Map<string, string>() : yield* nameBlobs(source, limits, large)
  return { ...checked, largeNames }
}

function askWorker({ bytes, path, sizeBytes }: Spooled, tips: readonly string[]): Promise<CheckAnswer> {
  const worker = startThread(import.meta.url, './check-worker', {
    workerData: { bytes, path, sizeBytes, tips },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  const timer = setTimeout(() => void worker.terminate(), CHECK_TIMEOUT_MS)
  return new Promise<CheckAnswer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error: Error & { code?: string }) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return reject(error)
      resolve({ rule: 'packTooLarge', message: 'the pack needs more memory to check than this server gives it' })
    })
    worker.once('exit', () => resolve({ rule: 'packTooLarge', message: 'the pack takes too long to check' }))
  }).finally(() => {
    clearTimeout(timer)
    void worker.terminate()
  })
}
