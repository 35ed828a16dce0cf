import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, type CaseResult, ROOT, type Suite, type Target } from '../target.js'
import { mustRun, runProgram } from '../process.js'

interface Client {
  readonly version: string
  /** Packages beside the client. */
  readonly extra: readonly string[]
}

const CLIENTS: readonly Client[] = [
  { version: '0.30.2', extra: [] },
  { version: '0.34.4', extra: [] },
  { version: '1.20.1', extra: [] },
  { version: '2.4.0', extra: [] },
]

/** A virtual environment of exactly this client, made once. */
async function install(client: Client): Promise<string> {
  const folder = join(CACHE, `huggingface_hub-${client.version}`)
  const marker = join(folder, '.packages')
  const packages = [`huggingface_hub==${client.version}`, ...client.extra]
  const isReady = existsSync(marker) && readFileSync(marker, 'utf8') === packages.join(' ')
  if (!isReady) {
    mkdirSync(CACHE, { recursive: true })
    await mustRun('python3', ['-m', 'venv', '--clear', folder])
    await mustRun(join(folder, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', ...packages])
    writeFileSync(marker, packages.join(' '))
  }
  return folder
}

async function run(client: Client, target: Target): Promise<CaseResult[]> {
  const folder = await install(client)
  const output = await runProgram(join(folder, 'bin/python'), [join(ROOT, 'conformance/huggingface-hub/cases.py')], {
    cwd: target.scratch,
    env: {
      HF_ENDPOINT: target.url,
      HF_HOME: join(target.scratch, 'hf-home'),
      HF_HUB_DISABLE_XET: '1',
      HF_HUB_DISABLE_TELEMETRY: '1',
      HF_HUB_DISABLE_UPDATE_CHECK: '1',
      ALICE: target.alice,
      BOB: target.bob,
      READER: target.reader,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    },
  })
  const lines = output.stdout.split('\n').filter((line) => line.startsWith('{'))
  const results = lines.map((line) => JSON.parse(line) as CaseResult)
  return results.length > 0 ? results : [{ name: 'start', error: output.stderr }]
}

export const pythonSuites: readonly Suite[] = CLIENTS.map((client) => ({
  name: `huggingface_hub ${client.version} over LFS`,
  run: (target) => run(client, target),
}))
