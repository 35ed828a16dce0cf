import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoaError } from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestAudit } from '../../../kit/audit/test-audit.js'
import { openBlobs } from '../../../kit/blobs/open.js'
import { createTestClock } from '../../../kit/clock.js'
import type { Database } from '../../../kit/db/database.js'
import { createEvents } from '../../../kit/events/events.js'
import { createIds } from '../../../kit/ids.js'
import { silentLog } from '../../../kit/log.js'
import type { Metering } from '../index.js'
import { createNode } from '../testdata/create-node.js'
import { ledgerAccount } from '../../commerce/ledger/chart.js'
import { findLedgerAccount, findUnbalancedAccounts } from '../../commerce/ledger/queries.js'
import { payIn, sellModel } from '../../commerce/testdata/market.js'
import { openTestDatabases } from '../../commerce/testdata/open-databases.js'
import { planGrant } from './scope.js'

describe('planGrant', () => {
  it('gives a slice ahead in plenty, exactly what fits near the limit, nothing beyond it', () => {
    expect(planGrant([10n], 0n, 8000n)).toEqual({ take: 1000n, fits: [true] })
    expect(planGrant([3000n, 3000n], 0n, 8000n)).toEqual({ take: 6000n, fits: [true, true] })
    expect(planGrant([60n, 60n, 30n], 0n, 100n)).toEqual({ take: 90n, fits: [true, false, true] })
    expect(planGrant([60n], 50n, 10n)).toEqual({ take: 10n, fits: [true] })
    expect(planGrant([61n], 50n, 10n)).toEqual({ take: 0n, fits: [false] })
    expect(planGrant([5n], -20n, 100n)).toEqual({ take: 25n, fits: [true] })
    expect(planGrant([1n], 0n, -5n)).toEqual({ take: 0n, fits: [false] })
  })
})

for (const open of openTestDatabases()) {
  describe(`two processes on ${open.name}`, () => {
    const clock = createTestClock(new Date('2026-11-21T10:00:00Z'))
    const folders: string[] = []
    let database: Database
    let nodes: Metering[]
    let host: { running: { kit: never } }
    let resource: string
    let payers = 0

    beforeAll(async () => {
      database = await open.database()
      const base = {
        db: database.db,
        write: database.write,
        clock,
        log: silentLog,
        ids: createIds(clock),
        audit: createTestAudit(),
      }
      const events = createEvents(base)
      host = { running: { kit: { ...base, events } as never } }
      nodes = []
      const shared = mkdtempSync(join(tmpdir(), 'stoa-blobs-'))
      folders.push(shared)
      const blobs = await openBlobs(null, shared)
      for (const _ of [0, 1]) {
        const dataDir = mkdtempSync(join(tmpdir(), 'stoa-node-'))
        folders.push(dataDir)
        const accounts = {
          findAccount: async () => null,
          getAccount: async () => Promise.reject(new Error('not here')),
        }
        const node = createNode({ ...base, blobs, events: createEvents(base), dataDir, accounts })
        await node.start()
        nodes.push(node)
      }
      resource = (await sellModel(host, { id: 'a'.repeat(24), name: 'acme' })).resource
    })
    afterAll(async () => {
      for (const node of nodes) await node.stop()
      expect(await findUnbalancedAccounts(database.db)).toEqual([])
      await database.close()
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    })

    const newPayer = async (amount: string): Promise<string> => {
      const id = (payers++).toString(16).padStart(24, 'd')
      await payIn(host, id, amount)
      return id
    }
    const spend = async (node: Metering, payerId: string): Promise<boolean> => {
      const terms = await node.gate.terms({ payerId, userId: payerId, tokenId: null, resource })
      try {
        const held = await node.gate.reserve(terms, 13_120n)
        const usage = { requestId: 'r', inputTokens: 2000, cachedInputTokens: 0, outputTokens: 812, latencyMs: 1 }
        await node.gate.settle(held, { ...usage, endpointId: null }).durable
        return true
      } catch (error) {
        if (error instanceof StoaError && error.status === 402) return false
        throw error
      }
    }
    const balance = async (payerId: string) => {
      const row = await findLedgerAccount(database.db, ledgerAccount('wallet', payerId, 'USD').id)
      return row ? row.creditsPosted - row.debitsPosted : null
    }

    it('[PR2] I12 200 calls at once on money for 10: never more than 10, and 9 or more by retrying', async () => {
      const payer = await newPayer('0.1312')
      const served = (
        await Promise.all(Array.from({ length: 200 }, (_, index) => spend(nodes[index % 2] as Metering, payer)))
      ).filter(Boolean)
      expect(served.length).toBeLessThanOrEqual(10)
      for (let attempt = 0; attempt < 10; attempt++) {
        if (await spend(nodes[attempt % 2] as Metering, payer)) served.push(true)
      }
      expect(served.length).toBeGreaterThanOrEqual(9)
      expect(served.length).toBeLessThanOrEqual(10)
      for (const node of nodes) await node.foldNow()
      expect(await balance(payer)).toBe(131_200n - BigInt(served.length) * 13_120n)
    })

    it('a lease that nobody uses goes back after half a minute', async () => {
      const payer = await newPayer('1.00')
      await spend(nodes[0] as Metering, payer)
      await nodes[0]?.foldNow()
      const wallet = () => findLedgerAccount(database.db, ledgerAccount('wallet', payer, 'USD').id)
      expect((await wallet())?.debitsPending).toBeGreaterThan(0n)
      clock.advanceMs(31_000)
      await nodes[0]?.tendNow()
      expect((await wallet())?.debitsPending).toBe(0n)
    })

    it('a process that died with its disk is taken over after a day: uploaded usage is drawn, the rest of its leases freed', async () => {
      const payer = await newPayer('1.00')
      const dead = nodes[1] as Metering
      await spend(dead, payer)
      clock.advanceMs(61_000)
      await dead.tendNow()
      const terms = await dead.gate.terms({ payerId: payer, userId: payer, tokenId: null, resource })
      await dead.gate.reserve(terms, 13_120n)
      const wallet = () => findLedgerAccount(database.db, ledgerAccount('wallet', payer, 'USD').id)
      expect((await wallet())?.debitsPending).toBeGreaterThan(0n)
      await nodes[0]?.tendNow()
      clock.advanceMs(25 * 3_600_000)
      await nodes[0]?.tendNow()
      expect([await balance(payer), (await wallet())?.debitsPending]).toEqual([1_000_000n - 13_120n, 0n])
      // It wakes after all: it notices, and admits nothing on leases that are gone.
      await dead.tendNow()
      await expect(spend(dead, payer)).rejects.toMatchObject({ code: 'MeteringUnavailable' })
      expect(await findUnbalancedAccounts(database.db)).toEqual([])
    })

    it('a fold whose commit was not heard of is not counted again, and counting goes on', async () => {
      const payer = await newPayer('1.00')
      const dataDir = mkdtempSync(join(tmpdir(), 'stoa-node-'))
      folders.push(dataDir)
      let isLost = false
      const write: Database['write'] = async (work) => {
        const result = await database.write(work)
        if (isLost) throw new Error('the connection broke after the commit')
        return result
      }
      const base = {
        audit: createTestAudit(),
        db: database.db,
        write,
        clock,
        log: silentLog,
        ids: createIds(clock),
        events: createEvents({ db: database.db, write, clock, log: silentLog }),
      }
      const accounts = { findAccount: async () => null, getAccount: async () => Promise.reject(new Error('not here')) }
      const node = createNode({ ...base, blobs: await openBlobs(null, dataDir), dataDir, accounts })
      await node.start()
      await spend(node, payer)
      isLost = true
      await node.foldNow().catch(() => undefined)
      isLost = false
      await spend(node, payer)
      await node.foldNow()
      expect(await balance(payer)).toBe(1_000_000n - 2n * 13_120n)
      await node.stop()
      const wallet = await findLedgerAccount(database.db, ledgerAccount('wallet', payer, 'USD').id)
      expect(wallet?.debitsPending).toBe(0n)
    })

    it('without a journal paid calls get 503 and free ones pass', async () => {
      const payer = await newPayer('1.00')
      const dataDir = mkdtempSync(join(tmpdir(), 'stoa-node-'))
      folders.push(dataDir)
      const base = {
        db: database.db,
        write: database.write,
        clock,
        log: silentLog,
        ids: createIds(clock),
        audit: createTestAudit(),
      }
      const accounts = { findAccount: async () => null, getAccount: async () => Promise.reject(new Error('not here')) }
      const events = createEvents(base)
      const node = createNode({ ...base, blobs: await openBlobs(null, dataDir), events, dataDir, accounts })
      await node.start()
      // A file where the journal's folder should be: every write fails as on a broken disk.
      rmSync(join(dataDir, 'journal'), { recursive: true, force: true })
      writeFileSync(join(dataDir, 'journal'), '')
      await expect(spend(node, payer)).rejects.toMatchObject({ code: 'MeteringUnavailable', status: 503 })
      await expect(spend(node, payer)).rejects.toMatchObject({ code: 'MeteringUnavailable' })
      const free = await node.gate.terms({ payerId: payer, userId: payer, tokenId: null, resource: 'repo:free/one' })
      const usage = {
        requestId: 'r',
        inputTokens: 1,
        cachedInputTokens: 0,
        outputTokens: 1,
        latencyMs: 1,
        endpointId: null,
      }
      await node.gate.settle(await node.gate.reserve(free, 0n), usage).durable
      expect(node.unrecordedCalls()).toBe(1)
      rmSync(join(dataDir, 'journal'))
      clock.advanceMs(2000)
      expect(await spend(node, payer)).toBe(true)
      await node.stop()
      expect(await balance(payer)).toBe(1_000_000n - 13_120n)
    })
  })
}
