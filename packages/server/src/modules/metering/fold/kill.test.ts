import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { createTestAudit } from '../../../kit/audit/test-audit.js'
import { openBlobs } from '../../../kit/blobs/open.js'
import { systemClock } from '../../../kit/clock.js'
import { openDatabase } from '../../../kit/db/database.js'
import { migrate } from '../../../kit/db/migrate.js'
import { copyTemplateDatabase, createServerDatabase } from '../../../kit/db/test-database.js'
import { createEvents } from '../../../kit/events/events.js'
import { createIds } from '../../../kit/ids.js'
import { joinProgram } from '../../../kit/join-sources.js'
import { silentLog } from '../../../kit/log.js'
import { findTestService } from '../../../kit/test-service.js'
import { SegmentScanner } from '../journal/scanner.js'
import { readSegment } from '../journal/segment-store.js'
import { ledgerAccount } from '../../commerce/ledger/chart.js'
import { findLedgerAccount, findUnbalancedAccounts } from '../../commerce/ledger/queries.js'
import { compileCallPrice, priceCall } from '../../commerce/rating/call-price.js'
import { parseRate } from '../../commerce/money/amount.js'
import { NO_TOKENS } from '../../commerce/rating/tokens.js'
import { createNode } from '../testdata/create-node.js'
import { payIn, sellModel } from '../../commerce/testdata/market.js'

const ROUNDS = Number(process.env['STOA_TEST_KILL_ROUNDS'] ?? 10)
const payerId = 'b'.repeat(24)
const seller = { id: 'a'.repeat(24), name: 'acme' }
const RATES = { input: '0.37 / 1000000', output: '1.13 / 1000000' }

async function openHouse(dataDir: string, databaseUrl: string | null) {
  const database = await openDatabase({ databaseUrl, embeddedDir: join(dataDir, 'database'), log: silentLog })
  await migrate(database)
  const base = { db: database.db, write: database.write, clock: systemClock, log: silentLog, audit: createTestAudit() }
  const events = createEvents(base)
  const accounts = { findAccount: () => Promise.resolve(null), getAccount: () => Promise.reject(new Error('not here')) }
  const deps = {
    ...base,
    blobs: await openBlobs(null, dataDir),
    events,
    ids: createIds(systemClock),
    dataDir,
    accounts,
  }
  return { database, deps, metering: createNode(deps) }
}

const program = await joinProgram(new URL('../testdata/spend-until-killed.ts', import.meta.url))

/** Runs one process and kills it `afterMs` after its first acknowledgement; answers how many calls it had acknowledged. */
function spendUntilKilled(args: readonly string[], afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [program, ...args])
  return new Promise((resolve, reject) => {
    let [out, errors] = ['', '']
    let timer: NodeJS.Timeout | undefined
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString()
    })
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
      if (Number(out.trim().split('\n').at(-1)) > 0) timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('error', reject)
    child.on('close', () => {
      if (!timer || errors !== '') return reject(new Error(`the process failed: ${errors}`))
      const whole = out.slice(0, out.lastIndexOf('\n')).trim().split('\n')
      resolve(Number(whole.at(-1)))
    })
  })
}

async function proveExactlyOnce(dataDir: string, databaseUrl: string | null): Promise<void> {
  const before = await openHouse(dataDir, databaseUrl)
  const host = { running: { kit: before.deps as never } }
  const model = await sellModel(host, seller, RATES)
  await payIn(host, payerId, '1000.00')
  await before.database.close()

  let acknowledged = 0
  for (let round = 0; round < ROUNDS; round++) {
    const afterMs = 40 + ((round * 211) % 700)
    acknowledged += await spendUntilKilled(
      [dataDir, databaseUrl ?? '', payerId, model.resource, String(round)],
      afterMs,
    )
  }

  const { database, deps, metering } = await openHouse(dataDir, databaseUrl)
  await metering.start()
  await metering.stop()
  const journalled = await readJournals(deps)
  const { rows } = await sql<Record<'calls' | 'input' | 'cached' | 'output' | 'charged', string>>`
    select sum(calls) as calls, sum(input_tokens) as input, sum(cached_input_tokens) as cached, sum(output_tokens) as output,
      sum(charged_micros) as charged from metering.call_hours`.execute(database.db)
  const counted = rows[0]
  expect(acknowledged).toBeGreaterThan(ROUNDS)
  expect(journalled.calls).toBeGreaterThanOrEqual(acknowledged)
  expect(journalled.requestIds).toBe(journalled.calls)
  expect(Number(counted?.calls)).toBe(journalled.calls)
  expect([BigInt(counted?.input ?? 0), BigInt(counted?.output ?? 0)]).toEqual([journalled.input, journalled.output])
  const lines = compileCallPrice([
    { kind: 'tokens', rates: { input: parseRate(RATES.input), output: parseRate(RATES.output) } },
  ])
  const whole = { ...NO_TOKENS, input: journalled.input, cachedInput: journalled.cached, output: journalled.output }
  const drawn = priceCall(lines, { ...whole, requests: BigInt(journalled.calls) })
  expect(BigInt(counted?.charged ?? 0)).toBe(drawn)
  const wallet = await findLedgerAccount(database.db, ledgerAccount('wallet', payerId, 'USD').id)
  const payable = await findLedgerAccount(database.db, ledgerAccount('payable', seller.id, 'USD').id)
  const fees = await findLedgerAccount(database.db, ledgerAccount('revenue', 'platform_fees', 'USD').id)
  expect([wallet?.debitsPosted, wallet?.debitsPending]).toEqual([drawn, 0n])
  expect((payable?.creditsPosted ?? 0n) + (fees?.creditsPosted ?? 0n)).toBe(drawn)
  expect(await findUnbalancedAccounts(database.db)).toEqual([])
  await database.close()
}

/** Everything that any journal holds, from the sealed segments. */
async function readJournals(deps: Parameters<typeof readSegment>[0]) {
  const sums = { calls: 0, input: 0n, cached: 0n, output: 0n }
  const ids = new Set<string>()
  const segments = await deps.db.selectFrom('metering.journalSegments').select(['journalId', 'number']).execute()
  for (const { journalId, number } of segments) {
    const bytes = await readSegment(deps, { journalId, number, path: '/nowhere', durableBytes: null })
    for (const { call } of new SegmentScanner().take(bytes ?? Buffer.alloc(0))) {
      sums.calls += 1
      sums.input += BigInt(call.inputTokens)
      sums.cached += BigInt(call.cachedInputTokens)
      sums.output += BigInt(call.outputTokens)
      ids.add(call.requestId)
    }
  }
  return { ...sums, requestIds: ids.size }
}

describe('kill -9 of a spending server', () => {
  it(`[R3] [PR2] I5 I12 I15 ${ROUNDS} sudden deaths on the embedded database: every acknowledged call counted and drawn exactly once`, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'stoa-kill-'))
    await copyTemplateDatabase(join(dataDir, 'database'))
    try {
      await proveExactlyOnce(dataDir, null)
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  }, 600_000)

  const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
  it.skipIf(serverUrl === null)(
    'the same on PostgreSQL',
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'stoa-kill-'))
      const { databaseUrl, drop } = await createServerDatabase(serverUrl ?? '')
      try {
        await proveExactlyOnce(dataDir, databaseUrl)
      } finally {
        await drop()
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
    240_000,
  )
})
