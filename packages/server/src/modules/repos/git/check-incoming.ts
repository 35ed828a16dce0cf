import { type CheckedPack, checkPack, DEFAULT_PACK_LIMITS, GitFormatError, type PackObject } from '@stoa/git'
import { startThread } from '../../../kit/thread.js'
import { runToEnd } from './run-steps.js'
import { memorySource, type Spooled } from './spool.js'

/** Packs up to this are checked between other requests; larger ones in a worker thread. */
const IN_PLACE_BYTES = 4 * 1024 * 1024
/** A check that takes longer is stopped. */
const CHECK_TIMEOUT_MS = 10 * 60_000

/** What a worker answers: the facts, or the rule that was broken. */
export type CheckAnswer = { readonly checked: CheckedPack } | { readonly rule: string; readonly message: string }

/** Reads and checks a received pack; the event loop stays free. Throws GitFormatError. */
export async function checkIncoming(
  spooled: Spooled,
  tips: readonly string[],
  visit?: (object: PackObject) => void,
): Promise<CheckedPack> {
  if (spooled.bytes !== null && (visit || spooled.sizeBytes <= IN_PLACE_BYTES)) {
    const options = visit ? { tips, visit } : { tips }
    return runToEnd(checkPack(memorySource(spooled.bytes), DEFAULT_PACK_LIMITS, options))
  }
  const answer = await askWorker(spooled, tips)
  if ('rule' in answer) throw new GitFormatError(answer.rule, answer.message)
  return { ...answer.checked, index: Buffer.from(answer.checked.index) }
}

function askWorker({ bytes, path, sizeBytes }: Spooled, tips: readonly string[]): Promise<CheckAnswer> {
  const worker = startThread(import.meta.url, './check-worker', {
    workerData: { bytes, path, sizeBytes, tips },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  const timer = setTimeout(() => void worker.terminate(), CHECK_TIMEOUT_MS)
  return new Promise<CheckAnswer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the check of a pack was stopped')))
  }).finally(() => {
    clearTimeout(timer)
    void worker.terminate()
  })
}
