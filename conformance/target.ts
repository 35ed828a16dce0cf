import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestServer } from '@stoa/testkit'
import { type Front, openFront } from './front.js'
import type { ServerPair, Servers } from './server-pair.js'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
/** Clients are installed here once and reused. */
export const CACHE = join(ROOT, '.cache/conformance')

/** What a client under test is given: an address, two people, a scratch folder. */
export interface Target {
  readonly url: string
  readonly alice: string
  readonly bob: string
  /** May only read. */
  readonly reader: string
  /** Runs the platform. */
  readonly root: string
  /** Alice at a browser, as a cookie. */
  readonly browser: string
  readonly scratch: string
  /** The servers themselves, for a suite that must choose. */
  readonly servers: readonly string[]
  /** What stands between, when the servers are not reached directly. */
  readonly front: Front | null
}

export interface CaseResult {
  readonly name: string
  readonly error: string | null
  /** Why this version of the client cannot do it; such a case did not run. */
  readonly absent?: string | null
}

/** One unmodified client in one version. */
export interface Suite {
  readonly name: string
  /** `breaking`: the first transfer of every large body is cut in the middle (`front.ts`); `counted`: bytes are counted. */
  readonly line?: 'breaking' | 'counted'
  /** Only runs with two servers. */
  readonly needsPair?: true
  run(target: Target): Promise<readonly CaseResult[]>
}

const ALICE = 'hf_conformanceAliceWritesEverything00'
const BOB = 'hf_conformanceBobIsSomebodyElse000000'
const READER = 'hf_conformanceAliceReadsOnly000000000'

const ROOT_TOKEN = 'hf_conformanceRootRunsThePlatform00000'
const BROWSER = 'conformance-alice-at-a-browser'

const MANIFEST = `
lenient: true
users:
  - { name: root, admin: true, tokens: [{ name: w, role: write, value: ${ROOT_TOKEN} }] }
  - { name: alice, fullname: Alice A, email: alice@example.org, sessions: [${BROWSER}], tokens: [{ name: w, role: write, value: ${ALICE} }, { name: r, role: read, value: ${READER} }] }
  - { name: bob, tokens: [{ name: w, role: write, value: ${BOB} }] }
orgs:
  - { name: stoa, fullname: Stoa, members: { alice: admin } }
repos:
  - { type: model, name: stoa/tiny-llama, files: ${join(ROOT, 'seed/models/tiny-llama')} }
  - { type: model, name: stoa/tiny-sentiment, files: ${join(ROOT, 'seed/models/tiny-sentiment')} }
wallets:
  - { account: alice, currency: USD, credit: "5.00", id: conformance }
`

export interface OpenTarget {
  readonly target: Target
  close(): Promise<void>
}

/** How the servers of a run stand: `pair` is two processes on one PostgreSQL and one S3, taking turns. */
export interface Setting {
  readonly pair: ServerPair | null
}

/** A fresh server with its people, behind a line that breaks when the suite asks for one. */
export async function openTarget(setting: Setting, suite: Pick<Suite, 'line'>): Promise<OpenTarget> {
  const scratch = mkdtempSync(join(tmpdir(), 'stoa-conformance-'))
  const manifest = join(scratch, 'manifest.yaml')
  writeFileSync(manifest, MANIFEST)
  const needsFront = setting.pair !== null || suite.line !== undefined
  const front = needsFront ? await openFront({ cuts: suite.line === 'breaking' }) : null
  // Suites bring build services of their own, on this machine.
  const opened = { STOA_INNER_HOSTS: '127.0.0.1' }
  const env = { STOA_BOOTSTRAP: manifest, ...opened, ...(front ? { STOA_PUBLIC_URL: front.url } : {}) }
  const servers = setting.pair ? await setting.pair.start(env) : await startOne(env)
  front?.serve(servers.addresses)
  const url = front?.url ?? servers.addresses[0] ?? ''
  return {
    target: {
      url,
      alice: ALICE,
      bob: BOB,
      reader: READER,
      root: ROOT_TOKEN,
      browser: `token=${BROWSER}`,
      scratch,
      servers: servers.addresses,
      front,
    },
    close: async () => {
      await front?.close()
      await servers.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

async function startOne(env: Record<string, string>): Promise<Servers> {
  const server = await startTestServer({ env })
  await server.settled()
  return { addresses: [server.running.address], stop: () => server.stop() }
}

/** Runs named cases one after another; a throw is a failure, never a stop. */
export async function runCases(cases: Record<string, () => Promise<void>>): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run()
      results.push({ name, error: null })
    } catch (error) {
      results.push({ name, error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) })
    }
  }
  return results
}
