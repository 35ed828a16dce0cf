import { createHash } from 'node:crypto'
import { readCorpus, saveInput } from './corpus.js'
import { MAX_INPUT_BYTES, mutate, seededRandom } from './mutate.js'
import type { FuzzTarget } from './targets.js'

/** Processor time one input may take. It is many times what the slowest honest input of that size needs. */
export const MAX_CPU_MS = 1_500

export interface Finding {
  readonly target: string
  readonly kind: 'crash' | 'slow'
  readonly message: string
  readonly path: string
}

export interface AttackReport {
  readonly inputs: number
  readonly slowestMs: number
  readonly findings: readonly Finding[]
}

export interface AttackOptions {
  readonly seed: number
  /** Ends after so many inputs, or when this time is over. */
  readonly rounds: number
  readonly endsAtMs: number
  /** Called before each input; whoever watches can name the one that hangs. */
  readonly onInput?: (bytes: Buffer) => void
  /** Keeps what breaks the target in its corpus; without, nothing is written. */
  readonly saves: boolean
}

/** Feeds one parser its corpus and damaged copies of it. Stops at the third finding. */
export async function attack(target: FuzzTarget, options: AttackOptions): Promise<AttackReport> {
  const saved = readCorpus(target)
  const corpus = saved.map((one) => one.bytes)
  const random = seededRandom(options.seed)
  const findings: Finding[] = []
  let inputs = 0
  let slowestMs = 0
  const feed = async (bytes: Buffer, name: string | null): Promise<void> => {
    inputs += 1
    options.onInput?.(bytes)
    const before = process.cpuUsage()
    const message = await runOnce(target, bytes)
    const { user, system } = process.cpuUsage(before)
    const spentMs = (user + system) / 1000
    slowestMs = Math.max(slowestMs, spentMs)
    if (message === null && spentMs <= MAX_CPU_MS) return
    const kind = message === null ? 'slow' : 'crash'
    const fresh = `${kind}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`
    const path = name ?? (options.saves ? saveInput(target, fresh, bytes) : fresh)
    findings.push({ target: target.name, kind, message: message ?? `${Math.round(spentMs)} ms`, path })
  }
  for (const { name, bytes } of saved) await feed(bytes, name)
  for (let round = 0; round < options.rounds && performance.now() < options.endsAtMs && findings.length < 3; round++) {
    await feed(mutate({ corpus, words: target.words, random }), null)
  }
  return { inputs, slowestMs, findings }
}

async function runOnce(target: FuzzTarget, bytes: Buffer): Promise<string | null> {
  try {
    await target.run(bytes.subarray(0, MAX_INPUT_BYTES))
    return null
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
