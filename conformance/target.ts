import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestServer, type TestServer } from '@stoa/testkit'

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
  readonly scratch: string
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
  run(target: Target): Promise<readonly CaseResult[]>
}

const ALICE = 'hf_conformanceAliceWritesEverything00'
const BOB = 'hf_conformanceBobIsSomebodyElse000000'
const READER = 'hf_conformanceAliceReadsOnly000000000'

const MANIFEST = `
lenient: true
users:
  - { name: alice, tokens: [{ name: w, role: write, value: ${ALICE} }, { name: r, role: read, value: ${READER} }] }
  - { name: bob, tokens: [{ name: w, role: write, value: ${BOB} }] }
orgs:
  - { name: stoa, fullname: Stoa, members: { alice: admin } }
repos:
  - { type: model, name: stoa/tiny-llama, files: ${join(ROOT, 'seed/models/tiny-llama')} }
  - { type: model, name: stoa/tiny-sentiment, files: ${join(ROOT, 'seed/models/tiny-sentiment')} }
wallets:
  - { account: alice, currency: USD, credit: "5.00", id: conformance }
`

/** A fresh server with its people; `env` chooses other stores. */
export async function openTarget(
  env: Record<string, string>,
): Promise<{ target: Target; server: TestServer; close(): Promise<void> }> {
  const scratch = mkdtempSync(join(tmpdir(), 'stoa-conformance-'))
  const manifest = join(scratch, 'manifest.yaml')
  writeFileSync(manifest, MANIFEST)
  const server = await startTestServer({ env: { STOA_BOOTSTRAP: manifest, ...env } })
  await server.settled()
  return {
    target: { url: server.url, alice: ALICE, bob: BOB, reader: READER, scratch },
    server,
    close: async () => {
      await server.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
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
