import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { AttackReport } from './attack.js'
import { saveInput } from './corpus.js'
import { type FuzzTarget, TARGETS } from './targets.js'
import type { WorkerMessage } from './worker.js'

/** One input may take so long before it counts as one that hangs. */
const HANG_MS = 20_000

/** `npm run fuzz -- --seconds 300 [--target pack] [--seed 1]`: attacks every parser in turn; what breaks one is kept in its corpus. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const targets = TARGETS.filter((one) => values.target === undefined || one.name === values.target)
if (targets.length === 0) throw new Error(`no such target; there are ${TARGETS.map((one) => one.name).join(', ')}`)
const forMs = (Number(values.seconds) * 1000) / targets.length
console.log(`seed ${values.seed}, ${Math.round(forMs / 1000)} s for each of ${targets.length} parsers`)

let broken = 0
for (const target of targets) {
  const report = await attackInThread(target)
  broken += report.findings.length
  const line = `${target.name.padEnd(18)} ${String(report.inputs).padStart(9)} inputs, slowest ${Math.round(report.slowestMs)} ms`
  console.log(report.findings.length === 0 ? line : `${line}, ${report.findings.length} FOUND`)
  for (const { kind, path, message } of report.findings) console.log(`  ${kind} ${path}\n  ${message}`)
}
process.exitCode = broken === 0 ? 0 : 1

/** A parser in a thread, which is ended when one input hangs. */
function attackInThread(target: FuzzTarget): Promise<AttackReport> {
  const thread = new Worker(new URL('./worker-entry.mjs', import.meta.url), {
    workerData: { name: target.name, seed: Number(values.seed), forMs },
    execArgv: ['--conditions=source'],
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  let last: Uint8Array = new Uint8Array()
  let inputs = 0
  let at = performance.now()
  return new Promise<AttackReport>((resolve) => {
    const broke = (message: string): void => {
      const path = saveInput(target, `crash-${inputs}-${values.seed}`, last)
      resolve({ inputs, slowestMs: 0, findings: [{ target: target.name, kind: 'crash', message, path }] })
    }
    const watch = setInterval(() => {
      if (performance.now() - at > HANG_MS) broke(`no answer after ${HANG_MS} ms`)
    }, 1_000)
    thread.on('message', (message: WorkerMessage) => {
      at = performance.now()
      if ('report' in message) return resolve(message.report)
      last = message.input
      inputs += 1
    })
    thread.on('error', (error) => broke(error.stack ?? error.message))
    thread.on('exit', () => clearInterval(watch))
  }).finally(() => void thread.terminate())
}
