import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, type CaseResult, ROOT, type Suite, type Target } from '../target.js'
import { mustRun, runProgram } from '../process.js'

interface Client {
  readonly version: string
  /** The transfer wheel beside the client; null sends large files through LFS. */
  readonly xet: string | null
}

/** Every generation of the client, each with the wheel it was released with (hub-api-2x §3); the newest also without. */
const CLIENTS: readonly Client[] = [
  { version: '0.30.2', xet: null },
  { version: '0.34.4', xet: '1.1.10' },
  { version: '1.0.1', xet: '1.2.0' },
  { version: '1.10.2', xet: '1.4.3' },
  { version: '1.20.1', xet: '1.5.2' },
  { version: '2.1.1', xet: '1.7.1' },
  { version: '2.4.0', xet: '1.8.0' },
  { version: '2.4.0', xet: null },
]

/** A virtual environment of exactly this client, made once. */
async function install(client: Client): Promise<string> {
  const folder = join(CACHE, `huggingface_hub-${client.version}-${client.xet ?? 'lfs'}`)
  const marker = join(folder, '.packages')
  // The command line of some releases needs click without saying so.
  const packages = [
    `huggingface_hub==${client.version}`,
    'click',
    ...(client.xet === null ? [] : [`hf_xet==${client.xet}`]),
  ]
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
      ...(client.xet === null ? { HF_HUB_DISABLE_XET: '1' } : { HF_XET_CACHE: join(target.scratch, 'xet-cache') }),
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
  name: `huggingface_hub ${client.version} ${client.xet === null ? 'over LFS' : `with hf_xet ${client.xet}`}`,
  run: (target) => run(client, target),
}))
