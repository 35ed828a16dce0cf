import * as api from '@stoa/contracts'
import { createTestClock, join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let server: TestServer
let admin: Person
let seller: Person
let buyer: Person
let stranger: Person
const clock = createTestClock(new Date('2026-11-21T10:00:00Z'))
const tokens = { kind: 'tokens' as const, rates: { input: '0.15 / 1000000', output: '0.60 / 1000000' } }
const terms = { currency: 'USD', funding: 'prepaid' as const, components: [tokens] }
let planId: string
let listing: api.ListingView

beforeAll(async () => {
  server = await startTestServer({ clock })
  // What is sold here has no repository behind it.
  server.running.app.commerce.provideResourceAccess(async () => true)
  admin = await joinAsAdmin(server, 'root')
  seller = await join(server, 'selma')
  buyer = await join(server, 'bob')
  stranger = await join(server, 'eve')
  const plan = await seller.client.call(api.createPlan, { body: { owner: 'selma', key: 'tokens', ...terms } })
  planId = plan.id
  const draft = await seller.client.call(api.createListing, {
    body: { slug: 'selma/tiny', seller: 'selma', resource: 'repo:selma/tiny', plan: 'tokens', title: 'Tiny' },
  })
  const published = { params: { listingId: draft.id }, body: { state: 'published' as const } }
  listing = await seller.client.call(api.changeListingState, published)
  await admin.client.call(api.topUpWallet, {
    params: { account: 'bob' },
    body: { currency: 'USD', amount: '26.00', reference: 'bank 42' },
    headers: { 'idempotency-key': 'payment-0001' },
  })
})
afterAll(() => server.stop())

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  return error instanceof api.StoaError ? `${error.status} ${error.code}` : `not refused: ${String(error)}`
}

/** A second may pass between two calls, and with it a fold: figures are compared as sums. */
const total = (micros: readonly string[]): string => micros.reduce((sum, one) => sum + BigInt(one), 0n).toString()
const sumBy = (rows: readonly (readonly [string, string])[]): string[] => {
  const keys = [...new Set(rows.map(([key]) => key))].sort()
  return keys.map((key) => `${key} ${total(rows.filter((row) => row[0] === key).map((row) => row[1]))}`)
}

describe('one paid call', () => {
  it('[M3] [R1] [R3] [PR2] every figure opens to the rows behind it, down to the request', async () => {
    const { metering } = server.running.app
    const subject = { payerId: buyer.id, userId: buyer.id, tokenId: null, resource: 'repo:selma/tiny' }
    for (const [index, [input, output]] of [
      [1_000_000, 200_000],
      [234_567, 34_567],
    ].entries()) {
      const callTerms = await metering.gate.terms(subject)
      const held = await metering.gate.reserve(callTerms, callTerms.worstCaseMicros(input ?? 0, output ?? 0))
      const usage = {
        requestId: `chatcmpl-${index}`,
        inputTokens: input ?? 0,
        cachedInputTokens: 0,
        outputTokens: output ?? 0,
      }
      await metering.gate.settle(held, { ...usage, latencyMs: 40, endpointId: null }).durable
    }
    await metering.foldNow()

    const usage = await buyer.client.call(api.getUsage, { query: { account: 'bob', groupBy: 'resource' } })
    expect(usage.rows).toEqual([
      {
        key: 'repo:selma/tiny',
        label: 'selma/tiny',
        calls: '2',
        inputTokens: '1234567',
        cachedInputTokens: '0',
        outputTokens: '234567',
        chargedMicros: '325925',
      },
    ])
    for (const groupBy of ['hour', 'day', 'month', 'token', 'user', 'listing'] as const) {
      const grouped = await buyer.client.call(api.getUsage, { query: { account: 'bob', groupBy } })
      expect([grouped.rows.length, grouped.total.chargedMicros]).toEqual([1, '325925'])
    }
    const hours = await buyer.client.call(api.getUsage, { query: { account: 'bob', groupBy: 'hour' } })
    expect(hours.rows[0]?.key).toBe('2026-11-21T10:00:00Z')
    const { calls } = await buyer.client.call(api.listCalls, {
      query: { account: 'bob', hour: hours.rows[0]?.key ?? '' },
    })
    expect(calls.map((call) => [call.requestId, call.costMicros])).toEqual([
      ['chatcmpl-0', '270000'],
      ['chatcmpl-1', '55925'],
    ])
    const firstPage = await buyer.client.call(api.listCalls, {
      query: { account: 'bob', hour: '2026-11-21T10:00:00Z', limit: 1 },
    })
    const cursor = firstPage.nextCursor ?? ''
    const rest = await buyer.client.call(api.listCalls, {
      query: { account: 'bob', hour: '2026-11-21T10:00:00Z', cursor },
    })
    expect([...firstPage.calls, ...rest.calls]).toEqual(calls)

    const statement = await buyer.client.call(api.getStatement, { params: { account: 'bob' }, query: {} })
    expect(statement).toMatchObject({
      openingMicros: '0',
      paidInMicros: '26000000',
      usageMicros: '325925',
      otherMicros: '0',
      closingMicros: '25674075',
    })
    expect(statement.lines.map((line) => [line.slug, line.meter, line.quantity, line.rate, line.micros])).toEqual([
      ['selma/tiny', 'input', '1234567', '0.15 / 1000000', '185185'],
      ['selma/tiny', 'output', '234567', '0.6 / 1000000', '140740'],
    ])

    const revenue = await seller.client.call(api.getRevenue, { query: { account: 'selma', groupBy: 'listing' } })
    expect(revenue.rows).toEqual([
      {
        key: listing.id,
        label: 'selma/tiny',
        calls: '2',
        grossMicros: '325925',
        feeMicros: '48889',
        netMicros: '277036',
      },
    ])
    expect(revenue.payableMicros).toBe('277036')
    const { sales } = await seller.client.call(api.listSales, { query: { account: 'selma' } })
    expect(total(sales.map((sale) => sale.grossMicros))).toBe('325925')
    const posted = async (who: Person): Promise<string[]> => {
      const found = []
      for (const groupId of new Set(sales.map((sale) => sale.groupId))) {
        found.push(...(await who.client.call(api.listTransfers, { query: { groupId } })).transfers)
      }
      return sumBy(
        found
          .filter((transfer) => transfer.kind === 'posted')
          .map((transfer): [string, string] => [transfer.code, transfer.micros]),
      )
    }
    expect(await posted(seller)).toEqual(['usage 277036'])
    expect(await posted(admin)).toEqual(['usage 277036', 'usage.fee 48889'])
    expect(await posted(stranger)).toEqual([])
    const foreign = { query: { ledgerAccountId: revenue.ledgerAccountId ?? '' } }
    expect(await codeOf(buyer.client.call(api.listTransfers, foreign))).toBe('404 LedgerAccountNotFound')
    const movements = await buyer.client.call(api.listMovements, { params: { account: 'bob' }, query: {} })
    const moved = movements.movements.map((one): [string, string] => [`${one.direction} ${one.code}`, one.micros])
    expect(sumBy(moved)).toEqual(['in wallet.topup 26000000', 'out usage 277036', 'out usage.fee 48889'])
    const ledger = await admin.client.call(api.listLedgerAccounts, { query: {} })
    expect(ledger.unbalanced).toEqual([])
    expect(await codeOf(seller.client.call(api.listLedgerAccounts, { query: {} }))).toBe('403 Forbidden')
    expect(await codeOf(seller.client.call(api.getRevenue, { query: {} }))).toBe('403 Forbidden')
    expect(
      (await admin.client.call(api.getRevenue, { query: { groupBy: 'seller' } })).rows.map((row) => row.label),
    ).toEqual(['selma'])
  })

  it('a new plan version prices the calls that follow and leaves the others', async () => {
    const doubled = { kind: 'tokens' as const, rates: { input: '0.30 / 1000000', output: '1.20 / 1000000' } }
    const body = { ...terms, components: [doubled] }
    const next = await seller.client.call(api.createPlanVersion, { params: { planId }, body })
    expect(next.version).toBe(2)
    expect((await seller.client.call(api.createPlanVersion, { params: { planId }, body })).version).toBe(2)
    const { gate } = server.running.app.metering
    const callTerms = await gate.terms({
      payerId: buyer.id,
      userId: buyer.id,
      tokenId: null,
      resource: 'repo:selma/tiny',
    })
    expect(callTerms.worstCaseMicros(1_000_000, 0)).toBe(300_000n)
    const { versions } = await seller.client.call(api.getPlan, { params: { planId } })
    expect(versions.map((version) => [version.version, version.state])).toEqual([
      [2, 'active'],
      [1, 'archived'],
    ])
  })
})

describe('budgets', () => {
  it('[PR2] are made, seen with what is used, changed and removed by their owner only', async () => {
    const body = { account: 'bob', scope: 'user' as const, period: 'month' as const, currency: 'USD', limit: '20.00' }
    const made = await buyer.client.call(api.createBudget, { body })
    expect([made.limitMicros, made.usedMicros, made.resetsAt]).toEqual([
      '20000000',
      '325925',
      '2026-12-01T00:00:00.000Z',
    ])
    expect(await codeOf(buyer.client.call(api.createBudget, { body }))).toBe('409 BudgetConflict')
    expect(await codeOf(stranger.client.call(api.createBudget, { body }))).toBe('404 AccountNotFound')
    const change = { params: { budgetId: made.id }, body: { limit: '5' } }
    expect(await codeOf(stranger.client.call(api.updateBudget, change))).toBe('404 BudgetNotFound')
    expect((await buyer.client.call(api.updateBudget, change)).limitMicros).toBe('5000000')
    expect(await codeOf(stranger.client.call(api.removeBudget, { params: { budgetId: made.id } }))).toBe(
      '404 BudgetNotFound',
    )
    await buyer.client.call(api.removeBudget, { params: { budgetId: made.id } })
    expect((await buyer.client.call(api.listBudgets, { query: { account: 'bob' } })).budgets).toEqual([])
  })
})
