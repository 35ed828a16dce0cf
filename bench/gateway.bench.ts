import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBuilt } from './built-server.js'
import {
  isInstalled,
  type Load,
  type Peer,
  proxyServer,
  requestBody,
  runLoad,
  startNginx,
  startPortkey,
  toyServer,
} from './gateway-parts.js'
import { type Figure, median, report } from './report.js'

/**
 * Calls through `/v1/chat/completions` with everything on (key, rights, price, wallet and budget held, record durable
 * before the answer ends) against nginx `proxy_pass` and Portkey's gateway on the same upstream, in turns.
 */
const ROUNDS = Number(process.env['STOA_BENCH_ROUNDS'] ?? 3)
const SECONDS = Number(process.env['STOA_BENCH_SECONDS'] ?? 5)
const CONNECTIONS = 64
const PORTS = { toy: 17_320, nginx: 17_321, ours: 17_322, portkey: 17_323 }
const TOKEN = 'hf_benchGatewayAlice000000000000000'
const CPU_GATE_MICROS = 75
const NGINX_GATE = 3.5

for (const command of ['nginx', 'wrk']) {
  if (isInstalled(command)) continue
  console.error(`bench gateway: SKIPPED, ${command} is not installed (apt-get install nginx-light wrk)`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'stoa-bench-gateway-'))
const manifest = join(folder, 'manifest.json')
const document = {
  lenient: true,
  users: [{ name: 'alice', tokens: [{ name: 'w', role: 'write', value: TOKEN }] }],
  orgs: [{ name: 'lab', members: { alice: 'admin' } }],
  repos: [{ type: 'model', name: 'lab/toy' }],
  providers: [
    {
      name: 'toy',
      baseUrl: `http://127.0.0.1:${PORTS.toy}/v1`,
      key: 'sk-toy',
      models: [{ id: 'lab/toy', upstream: 'toy' }],
    },
  ],
  plans: [
    {
      key: 'tokens',
      owner: 'lab',
      currency: 'USD',
      funding: 'prepaid',
      components: [{ kind: 'tokens', rates: { input: '0.15 / 1000000', output: '0.60 / 1000000' } }],
    },
  ],
  listings: [
    {
      slug: 'lab/toy',
      kind: 'model_access',
      seller: 'lab',
      repo: 'lab/toy',
      plan: 'tokens',
      platformFeePpm: 150_000,
      state: 'published',
    },
  ],
  wallets: [{ account: 'alice', currency: 'USD', credit: '100000.00', id: 'bench' }],
  budgets: [
    {
      scope: 'user',
      name: 'alice',
      period: 'month',
      limit: '90000.00',
      currency: 'USD',
      softPpm: [800_000],
      action: 'block',
    },
  ],
}
writeFileSync(manifest, JSON.stringify(document))

interface Subject {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly model: string
  readonly headers: Record<string, string>
}

const toy = await startNginx(folder, 'toy', toyServer(PORTS.toy))
const nginx = await startNginx(folder, 'proxy', proxyServer(PORTS.nginx, PORTS.toy))
const server = await startBuilt(PORTS.ours, { STOA_DATA_DIR: join(folder, 'data'), STOA_BOOTSTRAP: manifest })
const portkey: Peer | null = await startPortkey(folder, PORTS.portkey)
await new Promise((resolve) => setTimeout(resolve, 2_000))

const bearer = { Authorization: `Bearer ${TOKEN}` }
const portkeyHeaders = {
  ...bearer,
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': `http://127.0.0.1:${PORTS.toy}/v1`,
}
const subjects: Subject[] = [
  { name: 'upstream', pid: toy.pid, port: PORTS.toy, model: 'toy', headers: bearer },
  { name: 'nginx', pid: nginx.pid, port: PORTS.nginx, model: 'toy', headers: bearer },
  { name: 'ours', pid: server.pid, port: PORTS.ours, model: 'lab/toy', headers: bearer },
  ...(portkey
    ? [{ name: 'portkey', pid: portkey.pid, port: PORTS.portkey, model: 'toy', headers: portkeyHeaders }]
    : []),
]
const loads = new Map<string, Load[]>(subjects.map(({ name }) => [name, []]))
const notes: string[] = portkey ? [] : ['Portkey could not be installed from the registry: NOT compared.']

for (let round = 0; round <= ROUNDS; round += 1) {
  for (const { name, pid, port, model, headers } of subjects) {
    console.log(`round ${round}: ${name}`)
    const url = `http://127.0.0.1:${port}/v1/chat/completions`
    const seconds = round === 0 ? 2 : SECONDS
    try {
      const load = runLoad({ folder, url, pid, body: requestBody(model), headers, connections: CONNECTIONS, seconds })
      if (round > 0) loads.get(name)?.push(load)
    } catch (error) {
      if (name !== 'portkey') throw error
      if (round === 0) notes.push(`Portkey failed under load: ${(error as Error).message}`)
    }
  }
}

const middle = (name: string, read: (load: Load) => number): number => median((loads.get(name) ?? []).map(read))
const compare = (rival: string, label: string, unit: string, read: (load: Load) => number): Figure => ({
  name: `${label} (against ${rival})`,
  unit,
  ours: middle('ours', read),
  rival: { name: rival, value: middle(rival, read) },
})
const rivals = ['nginx', ...((loads.get('portkey')?.length ?? 0) > 0 ? ['portkey'] : [])]
const figures = rivals.flatMap((rival) => [
  compare(rival, 'CPU a call', 'us', ({ cpuMicros }) => cpuMicros),
  compare(rival, 'calls', '1/s', ({ callsPerSecond }) => callsPerSecond),
  compare(rival, 'p50 at 64 connections', 'ms', ({ p50Ms }) => p50Ms),
  compare(rival, 'p99 at 64 connections', 'ms', ({ p99Ms }) => p99Ms),
])
const cpu = middle('ours', ({ cpuMicros }) => cpuMicros)
const ratio = cpu / middle('nginx', ({ cpuMicros }) => cpuMicros)
const verdict = cpu <= CPU_GATE_MICROS && ratio <= NGINX_GATE ? 'passed' : 'MISSED'
notes.push(
  `gate (<= ${CPU_GATE_MICROS} us and <= ${NGINX_GATE} x nginx): ${verdict} with ${cpu.toFixed(0)} us and ${ratio.toFixed(2)} x`,
)
notes.push(
  `upstream alone: ${middle('upstream', ({ callsPerSecond }) => callsPerSecond).toFixed(0)} calls/s; ${ROUNDS} rounds of ${SECONDS} s in turns, medians`,
)

for (const peer of [toy, nginx, portkey]) await peer?.stop()
await server.stop()
rmSync(folder, { recursive: true, force: true })
report('gateway', figures, notes)
process.exit(0)
