import { StoaError } from '@stoa/contracts'
import { createTestClock, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findLedgerAccount, findUnbalancedAccounts } from '../../commerce/ledger/queries.js'
import { ledgerAccount } from '../../commerce/ledger/chart.js'
import { parseAmount } from '../../commerce/money/amount.js'
import { payIn, sellModel, type TestListing } from '../../commerce/testdata/market.js'
import { createBudget } from './save-budget.js'
import type { CallUsage, Reservation } from './port.js'

let server: TestServer
let model: TestListing
const clock = createTestClock(new Date('2026-11-21T10:00:00Z'))
const seller = { id: 'a'.repeat(24), name: 'acme' }
let people = 0

beforeAll(async () => {
  server = await startTestServer({ clock })
  model = await sellModel(server, seller)
})
afterAll(() => server.stop())

const gate = () => server.running.app.metering.gate
const newPayer = (): string => (people++).toString(16).padStart(24, 'b')
const subject = (payerId: string, extra: { tokenId?: string; userId?: string; resource?: string } = {}) => ({
  payerId,
  userId: extra.userId ?? payerId,
  tokenId: extra.tokenId ?? null,
  resource: extra.resource ?? model.resource,
})
const usage = (inputTokens: number, outputTokens: number, requestId = 'r1'): CallUsage => ({
  requestId,
  inputTokens,
  cachedInputTokens: 0,
  outputTokens,
  latencyMs: 5,
  endpointId: null,
})
const wallet = async (payerId: string) => {
  const row = await findLedgerAccount(server.running.kit.db, ledgerAccount('wallet', payerId, 'USD').id)
  if (!row) throw new Error('no wallet')
  return { balance: row.creditsPosted - row.debitsPosted, held: row.debitsPending }
}
async function refusal(work: () => unknown): Promise<StoaError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof StoaError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('gate', () => {
  it('[R3] [PR2] [M3] W16 reserves the worst case, settles the actual, and the fold draws it to the micro', async () => {
    const payer = newPayer()
    await payIn(server, payer, '1.00')
    const terms = await gate().terms(subject(payer))
    expect(gate().terms(subject(payer))).toBe(terms)
    const worst = terms.worstCaseMicros(2000, 4096)
    expect(worst).toBe(45_960n)
    const reservation = await gate().reserve(terms, worst)
    const { costMicros, durable } = gate().settle(reservation, usage(2000, 812))
    await durable
    expect(costMicros).toBe(13_120n)
    await server.running.app.metering.foldNow()
    expect((await wallet(payer)).balance).toBe(986_880n)
    const payable = await findLedgerAccount(server.running.kit.db, ledgerAccount('payable', seller.id, 'USD').id)
    const fees = await findLedgerAccount(server.running.kit.db, ledgerAccount('revenue', 'platform_fees', 'USD').id)
    expect([payable?.creditsPosted, fees?.creditsPosted]).toEqual([11_152n, 1968n])
    expect(await findUnbalancedAccounts(server.running.kit.db)).toEqual([])
  })

  it('[PR2] W16b I12 admits exactly 21 of 100 concurrent calls; 79 get 402', async () => {
    const payer = newPayer()
    await payIn(server, payer, '1.00')
    const attempts = await Promise.allSettled(
      Array.from({ length: 100 }, async () => {
        const terms = await gate().terms(subject(payer))
        return gate().reserve(terms, terms.worstCaseMicros(2000, 4096))
      }),
    )
    const admitted = attempts.filter((attempt) => attempt.status === 'fulfilled')
    const refused = attempts
      .filter((attempt) => attempt.status === 'rejected')
      .map((attempt) => attempt.reason as StoaError)
    expect([admitted.length, refused.length]).toEqual([21, 79])
    expect(new Set(refused.map((error) => `${error.status} ${error.code}`))).toEqual(
      new Set(['402 insufficient_credit']),
    )
    expect(refused[0]?.detail).toEqual({
      type: 'insufficient_quota',
      code: 'insufficient_credit',
      scope: 'wallet',
      resets_at: null,
    })
    for (const attempt of admitted)
      gate().settle((attempt as PromiseFulfilledResult<Reservation>).value, usage(2000, 812))
    await server.running.app.metering.foldNow()
    expect((await wallet(payer)).balance).toBe(1_000_000n - 21n * 13_120n)
  })

  it('a warm lease admits without waiting', async () => {
    const payer = newPayer()
    await payIn(server, payer, '10.00')
    const terms = await gate().terms(subject(payer))
    gate().release(await gate().reserve(terms, 45_960n))
    const reservation = gate().reserve(terms, 45_960n)
    expect(reservation).not.toBeInstanceOf(Promise)
    gate().release(reservation as Reservation)
    expect(() => gate().release(reservation as Reservation)).toThrow('once')
    expect(await gate().affordableMicros(terms)).toBe(10_000_000n)
  })

  it('charges nothing for a model without a listing, counts it all the same, and asks no wallet', async () => {
    const payer = newPayer()
    const terms = await gate().terms(subject(payer, { resource: 'repo:free/model' }))
    expect([terms.free, terms.worstCaseMicros(10, 10), await gate().affordableMicros(terms)]).toEqual([true, 0n, null])
    const { costMicros, durable } = gate().settle(gate().reserve(terms, 0n) as Reservation, usage(10, 20))
    await durable
    expect(costMicros).toBe(0n)
  })

  it('W34 the smallest of key, user and organisation budgets refuses, by name', async () => {
    const [org, user, token] = [newPayer(), newPayer(), newPayer()]
    await payIn(server, org, '500.00')
    const { kit } = server.running
    const limits = [
      ['key', token, '5'],
      ['user', user, '3'],
      ['org', org, '100'],
    ] as const
    for (const [scope, subjectId, limit] of limits) {
      await kit.write((tx) =>
        createBudget(kit, tx, {
          accountId: org,
          scope,
          subjectId,
          period: 'month',
          currency: 'USD',
          limitMicros: parseAmount(limit),
          softPpm: [],
          action: 'block',
        }),
      )
    }
    await kit.events.drained()
    const terms = await gate().terms(subject(org, { userId: user, tokenId: token }))
    const error = await refusal(() => gate().reserve(terms, 3_000_001n))
    expect([error.status, error.code, error.detail['scope'], error.detail['resets_at']]).toEqual([
      402,
      'budget_exceeded',
      'user',
      '2026-12-01T00:00:00.000Z',
    ])
    expect(await gate().affordableMicros(terms)).toBe(3_000_000n)
    gate().release(await gate().reserve(terms, 3_000_000n))
  })

  it('W23 a hard limit holds to the micro and a soft one is announced once', async () => {
    const payer = newPayer()
    await payIn(server, payer, '500.00')
    const { kit } = server.running
    const seen: { ppm: number; usedMicros: string; budgetId: string }[] = []
    kit.events.on(
      'metering.budget.softReached',
      'test.soft',
      async (payload: (typeof seen)[number]) => void seen.push(payload),
    )
    const budget = await kit.write((tx) =>
      createBudget(kit, tx, {
        accountId: payer,
        scope: 'user',
        subjectId: payer,
        period: 'month',
        currency: 'USD',
        limitMicros: parseAmount('200'),
        softPpm: [800_000],
        action: 'block',
      }),
    )
    await kit.events.drained()
    const terms = await gate().terms(subject(payer))
    for (const [output, micros] of [
      [15_999_999, 159_999_990n],
      [1, 10n],
      [3_999_000, 39_990_000n],
    ] as const) {
      gate().settle(await gate().reserve(terms, micros), usage(0, output))
      await server.running.app.metering.foldNow()
      await kit.events.drained()
    }
    expect(seen.filter((event) => event.budgetId === budget.id).map((event) => [event.ppm, event.usedMicros])).toEqual([
      [800_000, '160000000'],
    ])
    const error = await refusal(() => gate().reserve(terms, 45_960n))
    expect([error.code, error.detail['scope']]).toEqual(['budget_exceeded', 'user'])
    gate().release(await gate().reserve(terms, 10_000n))
  })

  it('extends a stream until money ends, then says so', async () => {
    const payer = newPayer()
    await payIn(server, payer, '0.10')
    const terms = await gate().terms(subject(payer))
    const reservation = await gate().reserve(terms, 40_000n)
    expect(await gate().extend(reservation, 60_000n)).toBe(true)
    expect(await gate().extend(reservation, 1n)).toBe(false)
    await gate().settle(reservation, usage(0, 10_000)).durable
    await server.running.app.metering.foldNow()
    expect((await wallet(payer)).balance).toBe(0n)
  })

  it('never draws more than the wallet holds when a call took more than was reserved; the rest is drawn later', async () => {
    const payer = newPayer()
    await payIn(server, payer, '0.05', 'first')
    const terms = await gate().terms(subject(payer))
    await gate().settle(await gate().reserve(terms, 50_000n), usage(0, 8000)).durable
    await server.running.app.metering.foldNow()
    expect((await wallet(payer)).balance).toBe(0n)
    await payIn(server, payer, '1.00', 'second')
    await gate().settle(await gate().reserve(terms, 10_000n), usage(0, 1000)).durable
    await server.running.app.metering.foldNow()
    expect((await wallet(payer)).balance).toBe(1_050_000n - 90_000n)
  })

  it('a paused listing makes the next call free of charge and a removed budget lets go', async () => {
    const other = await sellModel(server, { id: 'c'.repeat(24), name: 'paus' }, { name: 'm' })
    const { kit } = server.running
    const payer = newPayer()
    expect((await gate().terms(subject(payer, { resource: other.resource }))).free).toBe(false)
    const { changeListingState, getListing } = await import('../../commerce/products/save-listing.js')
    await kit.write(async (tx) => changeListingState(kit, tx, await getListing(tx, other.listingId), 'paused'))
    await kit.events.drained()
    expect((await gate().terms(subject(payer, { resource: other.resource }))).free).toBe(true)
  })

  it('budgets start anew with their window', async () => {
    const payer = newPayer()
    await payIn(server, payer, '5.00')
    const { kit } = server.running
    await kit.write((tx) =>
      createBudget(kit, tx, {
        accountId: payer,
        scope: 'user',
        subjectId: payer,
        period: 'day',
        currency: 'USD',
        limitMicros: 10_000n,
        softPpm: [],
        action: 'block',
      }),
    )
    await kit.events.drained()
    const terms = await gate().terms(subject(payer))
    gate().settle(await gate().reserve(terms, 10_000n), usage(0, 1000))
    expect((await refusal(() => gate().reserve(terms, 10n))).detail['resets_at']).toBe('2026-11-22T00:00:00.000Z')
    clock.set(new Date('2026-11-22T00:00:00Z'))
    const tomorrow = await gate().terms(subject(payer))
    gate().release(await gate().reserve(tomorrow, 10_000n))
  })
})
