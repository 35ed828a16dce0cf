/** Main file of a replica: loads one model, answers on a unix socket, dies with whoever started it. */
import { loadLlama } from './llama/load-llama.js'
import { loadOnnx } from './onnx/load-onnx.js'
import type { LoadedModel, ReplicaSpec } from './port.js'
import { createReplicaServer } from './serve.js'

const EXIT_LOAD_FAILED = 70

/** Lines the supervisor reads; everything else on these streams is log. */
function report(fact: Record<string, unknown>): void {
  process.stdout.write(`STOA ${JSON.stringify(fact)}\n`)
}

function load(spec: ReplicaSpec): Promise<LoadedModel> {
  return spec.runtime === 'llama' ? loadLlama(spec) : loadOnnx(spec)
}

async function main(): Promise<void> {
  process.stdin
    .on('end', () => process.exit(0))
    .on('error', () => process.exit(0))
    .resume()
  const spec = JSON.parse(process.argv[2] ?? '{}') as ReplicaSpec
  try {
    const model = await load(spec)
    const server = createReplicaServer({ model, deploymentId: spec.deploymentId, nowMs: Date.now })
    server.listen(spec.socketPath, () => report({ type: 'ready', info: model.info }))
    process.on('SIGTERM', () => process.exit(0))
  } catch (error) {
    report({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    process.exit(EXIT_LOAD_FAILED)
  }
}

void main()
