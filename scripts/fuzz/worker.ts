import { parentPort, workerData } from 'node:worker_threads'
import { type AttackReport, attack } from './attack.js'
import { TARGETS } from './targets.js'

/** What the watching thread is told: that an input begins, and how it all ended. */
export type WorkerMessage = { readonly input: Uint8Array } | { readonly report: AttackReport }

const { name, seed, forMs } = workerData as { name: string; seed: number; forMs: number }
const target = TARGETS.find((one) => one.name === name)
if (!target) throw new Error(`no target ${name}`)
const say = (message: WorkerMessage): void => parentPort?.postMessage(message)
const report = await attack(target, {
  seed,
  rounds: Number.POSITIVE_INFINITY,
  endsAtMs: performance.now() + forMs,
  onInput: (input) => say({ input }),
  saves: true,
})
say({ report })
