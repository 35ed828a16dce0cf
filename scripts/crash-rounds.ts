import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openTestStores } from '@stoa/testkit'
import { openBlobs } from '../packages/server/src/kit/blobs/open.js'
import { checkAcknowledged, checkBlobs, checkRepositories } from './crash/checks.js'
import { Seeded } from './crash/seeded.js'
import { type ServerProcess, startServer } from './crash/server-process.js'
import { type Acknowledged, GIT_ENV, Refused, remote, REPOS, type Work, WRITERS } from './crash/workload.js'
import { freePort } from './service-process.mjs'

/**
 * Rounds of: write through every door at once, kill the server in the middle, start it again, look whether anything it had
 * acknowledged is missing, torn or pointing nowhere. At the end the collector takes what the crashes left.
 *
 *     npm run crash-rounds -- --rounds 100 --database postgres --blobs s3 --seed 7
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    database: { type: 'string', default: 'pglite' },
    blobs: { type: 'string', default: 'disk' },
  },
})
const HERE = dirname(fileURLToPath(import.meta.url))
const TOKEN = 'hf_crashRoundsAliceWritesEverything000'
const MANIFEST = `
lenient: true
users:
  - { name: alice, admin: true, tokens: [{ name: w, role: write, value: ${TOKEN} }] }
repos:
${REPOS.map((name) => `  - { type: model, name: alice/${name} }`).join('\n')}
`
/** A round begins with the first answer, since a server that was just started is slow. */
const FIRST_ANSWER_MS = 10_000
/** They wait an hour whatever the floor is: a push under way may still name them. */
const HOUR_LONG = new Set(['gitObjects', 'sentFiles'])
/** The collector's floor is off only for the last start. */
const NO_FLOOR = { STOA_STORAGE_FLOOR_HOURS: '0', STOA_XORB_FLOOR_HOURS: '0' }

/** Runs this script again beside a real service. */
function runBeside(script: string): never {
  const self = ['--conditions=source', '--import', 'tsx', fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, [join(HERE, script), process.execPath, ...self], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
if (values.database === 'postgres' && !process.env['STOA_TEST_DATABASE_URL']) runBeside('with-postgres.mjs')
if (values.blobs === 's3' && !process.env['STOA_TEST_BLOBS_URL']) runBeside('with-s3.mjs')
if (values.database !== 'postgres') delete process.env['STOA_TEST_DATABASE_URL']
if (values.blobs !== 's3') delete process.env['STOA_TEST_BLOBS_URL']

const seed = Number(values.seed)
const scratch = mkdtempSync(join(tmpdir(), 'stoa-crash-'))
const dataDir = join(scratch, 'data')
mkdirSync(dataDir)
writeFileSync(join(scratch, 'manifest.yaml'), MANIFEST)
const stores = await openTestStores(`crash-${process.pid}`)
const env = { STOA_DATA_DIR: dataDir, STOA_BOOTSTRAP: join(scratch, 'manifest.yaml'), ...stores.env }
const port = await freePort()
const place = { url: `http://127.0.0.1:${port}`, token: TOKEN, scratch }
const blobs = await openBlobs(stores.env['STOA_BLOBS_URL'] ?? null, dataDir)
const all: Acknowledged[] = []
const seen = new Set<string>()
let server: ServerProcess | null = null
let rounds = 0
let status = 0
console.log(`seed ${seed}, ${values.database} + ${values.blobs}`)
try {
  server = await startServer(port, env)
  await prepareClone()
  const endAt = performance.now() + Number(values.seconds) * 1000
  while (rounds < Number(values.rounds) && performance.now() < endAt) {
    server = await playRound(server, rounds)
    rounds += 1
  }
  await server.stop()
  server = await startServer(port, { ...env, ...NO_FLOOR })
  await checkAcknowledged(place, all)
  const removed = await collectAll()
  await checkAcknowledged(place, all)
  await checkRepositories(place, all)
  console.log(
    `ok: ${rounds} rounds, ${all.length} acknowledged, ${seen.size} blobs read, ${removed} left-overs collected`,
  )
} catch (error) {
  status = 1
  console.error(`FAILED in round ${rounds}, seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`)
} finally {
  await server?.stop().catch(() => undefined)
  await stores.drop()
  rmSync(scratch, { recursive: true, force: true })
}
process.exit(status)

async function prepareClone(): Promise<void> {
  const { status: code, stderr } = spawnSync('git', ['clone', '-q', remote(place, 'pushes'), join(scratch, 'pushes')], {
    env: GIT_ENV,
    encoding: 'utf8',
  })
  if (code !== 0) throw new Error(stderr)
}

/** One round on a running server; returns the one started afterwards. */
async function playRound(running: ServerProcess, round: number): Promise<ServerProcess> {
  const random = new Seeded(seed * 1000 + round)
  const killAfterMs = random.between(0, 1500)
  const fresh: Acknowledged[] = []
  let isKilled = false
  const faults: unknown[] = []
  let answered = (): void => {}
  const firstAnswer = new Promise<void>((resolve) => {
    answered = resolve
  })
  const acknowledge = (what: Acknowledged): void => {
    fresh.push(what)
    answered()
  }
  const writers = WRITERS.map((write, at) => {
    const own = new Seeded(seed * 1000 + round * 10 + at)
    const work: Work = { ...place, random: own, round, acknowledge }
    return write(work).catch((error: unknown) => {
      if (!isKilled || error instanceof Refused) faults.push(error)
    })
  })
  await Promise.race([firstAnswer, wait(FIRST_ANSWER_MS)])
  await wait(killAfterMs)
  isKilled = true
  await running.kill()
  await Promise.all(writers)
  if (faults.length > 0) throw faults[0]
  const next = await startServer(port, env)
  server = next
  await checkAcknowledged(place, fresh)
  all.push(...fresh)
  await checkRepositories(place, fresh)
  const read = await checkBlobs(blobs, seen)
  console.log(
    `round ${round}: killed ${killAfterMs} ms after the first answer, ${fresh.length} acknowledged, ${read} blobs read`,
  )
  return next
}

/** Collects until nothing is left that nobody names; how many things went. */
async function collectAll(): Promise<number> {
  let removed = 0
  for (let pass = 0; pass < 8; pass += 1) {
    const kinds = await collectOnce()
    const soon = kinds.filter(({ kind }) => !HOUR_LONG.has(kind))
    const [gone, waiting] = [sum(kinds, 'removed'), sum(soon, 'waiting')]
    removed += gone
    if (gone === 0 && waiting === 0) return removed
  }
  throw new Error('the collector does not come to an end')
}

interface Kind {
  readonly kind: string
  readonly removed: { readonly count: number }
  readonly waiting: { readonly count: number }
}

function sum(kinds: readonly Kind[], what: 'removed' | 'waiting'): number {
  return kinds.reduce((total, kind) => total + kind[what].count, 0)
}

async function collectOnce(): Promise<readonly Kind[]> {
  const path = `${place.url}/api/v1/platform/storage/collections`
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const started = (await (await fetch(path, { method: 'POST', headers, body: '{}' })).json()) as { id: string }
  for (;;) {
    await wait(200)
    const run = (await (await fetch(`${path}/${started.id}`, { headers })).json()) as { state: string; kinds: Kind[] }
    if (run.state === 'done') return run.kinds
    if (run.state !== 'queued' && run.state !== 'running') throw new Error(`the collection ${run.state}`)
  }
}
