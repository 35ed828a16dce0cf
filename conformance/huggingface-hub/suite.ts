import { join } from 'node:path'
import { installPython, runPythonCases } from '../environments.js'
import type { CaseResult, Suite, Target } from '../target.js'

export interface HubClient {
  readonly version: string
  /** The transfer wheel beside the client; null sends large files through LFS. */
  readonly xet: string | null
}

/** Every generation of the client, each with the wheel it was released with (hub-api-2x §3); the newest also without. */
const CLIENTS: readonly HubClient[] = [
  { version: '0.30.2', xet: null },
  { version: '0.34.4', xet: '1.1.10' },
  { version: '1.0.1', xet: '1.2.0' },
  { version: '1.10.2', xet: '1.4.3' },
  { version: '1.20.1', xet: '1.5.2' },
  { version: '1.33.0', xet: '1.7.1' },
  { version: '2.1.1', xet: '1.7.1' },
  { version: '2.4.0', xet: '1.8.0' },
  { version: '2.4.0', xet: null },
]

/** A virtual environment of exactly this client, made once. */
export function installHubClient(client: HubClient): Promise<string> {
  // The command line of some releases needs click without saying so.
  const wheel = client.xet === null ? [] : [`hf_xet==${client.xet}`]
  return installPython(`huggingface_hub-${client.version}-${client.xet ?? 'lfs'}`, [
    `huggingface_hub==${client.version}`,
    'click',
    ...wheel,
  ])
}

async function run(client: HubClient, target: Target): Promise<CaseResult[]> {
  const folder = await installHubClient(client)
  const options = { xet: client.xet !== null }
  return [
    ...(await runPythonCases(folder, 'huggingface-hub/repos.py', target, options)),
    ...(await runPythonCases(folder, 'huggingface-hub/verbs.py', target, options)),
  ]
}

export function describeClient(client: HubClient): string {
  return `${client.version} ${client.xet === null ? 'over LFS' : `with hf_xet ${client.xet}`}`
}

export const pythonSuites: readonly Suite[] = CLIENTS.map((client) => ({
  name: `huggingface_hub ${describeClient(client)}`,
  run: (target) => run(client, target),
}))

/** Megabytes of the file whose edited copy is sent: 1000 shows the promise at its full size. */
const EDITED_MB = process.env['STOA_EDITED_COPY_MB'] ?? '200'
const MAX_SENT_SHARE = 0.01

/** The copy is sent by somebody whose client remembers nothing, so that only what the server tells saves bytes. */
async function editCopy(client: HubClient, target: Target): Promise<CaseResult[]> {
  const folder = await installHubClient(client)
  const { front } = target
  const send = (step: string) =>
    runPythonCases(folder, 'huggingface-hub/edited_copy.py', target, {
      xet: true,
      env: { STEP: step, EDITED_MB, HF_XET_CACHE: join(target.scratch, `xet-${step}`) },
    })
  const first = await send('first')
  const before = front?.sentBytes ?? 0
  const second = await send('edited')
  const share = ((front?.sentBytes ?? 0) - before) / (Number(EDITED_MB) * 1e6)
  const text = `sent ${(share * 100).toFixed(2)} % of an edited copy of ${EDITED_MB} MB`
  console.log(`  ${text}`)
  return [...first, ...second, { name: text, error: share > 0 && share <= MAX_SENT_SHARE ? null : text }]
}

export const editedCopySuite: Suite = {
  name: 'edited copy: huggingface_hub 2.4.0 with hf_xet 1.8.0',
  line: 'counted',
  run: (target) => editCopy({ version: '2.4.0', xet: '1.8.0' }, target),
}

const RESUMING: readonly HubClient[] = [
  { version: '0.34.4', xet: null },
  { version: '2.4.0', xet: null },
  { version: '2.4.0', xet: '1.8.0' },
]

async function resume(client: HubClient, target: Target): Promise<CaseResult[]> {
  const folder = await installHubClient(client)
  const results = await runPythonCases(folder, 'huggingface-hub/resume.py', target, { xet: client.xet !== null })
  const { cuts = 0, ranges = 0 } = target.front ?? {}
  const seen = cuts >= 4 && ranges >= 1
  return [...results, { name: 'cut, and resumed', error: seen ? null : `${cuts} cuts and ${ranges} ranges were seen` }]
}

/** Uploads and downloads whose connection breaks in the middle. */
export const resumeSuites: readonly Suite[] = RESUMING.map((client) => ({
  name: `resume after a cut: huggingface_hub ${describeClient(client)}`,
  line: 'breaking',
  run: (target) => resume(client, target),
}))
