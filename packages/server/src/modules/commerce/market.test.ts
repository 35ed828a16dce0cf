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

beforeAll(async () => {
  server = await startTestServer({ clock })
  // What is sold here has no repository behind it.
  server.running.app.commerce.provideResourceAccess(async () => true)
  admin = await joinAsAdmin(server, 'root')
  seller = await join(server, 'selma')
  buyer = await join(server, 'bob')
  stranger = await join(server, 'eve')
})
afterAll(() => server.stop())

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  return error instanceof api.StoaError ? `${error.status} ${error.code}` : `not refused: ${String(error)}`
}

let planId: string
let listing: api.ListingView

describe('selling', () => {
  it('[M3] [R1] a seller makes a plan and a listing whose price and fee everybody reads before buying', async () => {
    const plan = await seller.client.call(api.createPlan, { body: { owner: 'selma', key: 'tokens', ...terms } })
    planId = plan.id
    expect([plan.version, plan.state, plan.components]).toEqual([1, 'active', [tokens]])
    const draft = await seller.client.call(api.createListing, {
      body: { slug: 'selma/tiny', seller: 'selma', resource: 'repo:selma/tiny', plan: 'tokens', title: 'Tiny' },
    })
    expect([draft.state, draft.platformFeePpm]).toEqual(['draft', 150_000])
    expect(await codeOf(server.client().call(api.getListing, { params: { listingId: draft.id } }))).toBe(
      '404 ListingNotFound',
    )
    listing = await seller.client.call(api.changeListingState, {
      params: { listingId: draft.id },
      body: { state: 'published' },
    })
    const seen = await server.client().call(api.getListing, { params: { listingId: draft.id } })
    expect(seen.price).toEqual({
      currency: 'USD',
      input: '0.15 / 1000000',
      cachedInput: null,
      output: '0.60 / 1000000',
      perRequest: null,
      feePpm: 150_000,
      example: { grossMicros: '750000', feeMicros: '112500', netMicros: '637500' },
    })
    const found = await server.client().call(api.listListings, { query: { resource: 'repo:SELMA/tiny' } })
    expect(found.listings.map((one) => one.id)).toEqual([draft.id])
  })

  it('simulates a month line by line', async () => {
    const usage = { inputTokens: '1234567', outputTokens: '234567' }
    const { lines, totalMicros } = await seller.client.call(api.simulatePlan, { params: { planId }, body: usage })
    expect(lines.map((line) => line.micros)).toEqual(['185185', '140740'])
    expect(totalMicros).toBe('325925')
  })

  it('refuses what is not theirs, inexact, or cannot be prepaid', async () => {
    const body = { owner: 'selma', key: 'stolen', ...terms }
    expect(await codeOf(stranger.client.call(api.createPlan, { body }))).toBe('404 AccountNotFound')
    expect(await codeOf(server.client().call(api.createPlan, { body }))).toBe('401 Unauthorized')
    const reader = server.client(await seller.newToken({ name: 'ro', role: 'read' }))
    expect(await codeOf(reader.call(api.createPlan, { body }))).toBe('403 InsufficientScope')
    expect(await codeOf(stranger.client.call(api.getPlan, { params: { planId } }))).toBe('404 PlanNotFound')
    const volume = { kind: 'volume' as const, meter: 'api.requests', tiers: [{ upTo: null, rate: '0.1' }] }
    const falling = { owner: 'selma', key: 'v', ...terms, components: [volume] }
    expect(await codeOf(seller.client.call(api.createPlan, { body: falling }))).toBe('400 PlanUnusable')
    expect(await codeOf(seller.client.call(api.createPlan, { body: { ...body, key: 'tokens' } }))).toBe(
      '409 PlanConflict',
    )
    const foreign = { slug: 'selma/x', seller: 'selma', resource: 'repo:bob/x', plan: 'tokens' }
    expect(await codeOf(seller.client.call(api.createListing, { body: foreign }))).toBe('403 Forbidden')
    const cheap = { params: { listingId: listing.id }, body: { platformFeePpm: 0 } }
    expect(await codeOf(seller.client.call(api.updateListing, cheap))).toBe('403 Forbidden')
    expect(await codeOf(stranger.client.call(api.updateListing, cheap))).toBe('403 Forbidden')
    const state = { params: { listingId: listing.id }, body: { state: 'paused' as const } }
    expect(await codeOf(stranger.client.call(api.changeListingState, state))).toBe('403 Forbidden')
  })

  it('a listing of something hidden is hidden with it', async () => {
    server.running.app.commerce.provideResourceAccess(async (actor) => actor.kind === 'user' && actor.name === 'bob')
    expect(await codeOf(stranger.client.call(api.getListing, { params: { listingId: listing.id } }))).toBe(
      '404 ListingNotFound',
    )
    expect((await buyer.client.call(api.getListing, { params: { listingId: listing.id } })).id).toBe(listing.id)
    expect((await server.client().call(api.listListings, { query: {} })).listings).toEqual([])
    server.running.app.commerce.provideResourceAccess(async () => true)
  })
})

describe('wallets', () => {
  const topUp = (who: Person, key: string, amount = '25.00') =>
    who.client.call(api.topUpWallet, {
      params: { account: 'bob' },
      body: { currency: 'USD', amount, reference: 'bank 42' },
      headers: { 'idempotency-key': key },
    })

  it('[PR2] an admin pays in once per idempotency key', async () => {
    const first = await topUp(admin, 'payment-0001')
    const again = await topUp(admin, 'payment-0001')
    expect(again).toEqual(first)
    expect(first.wallet).toMatchObject({ balanceMicros: '25000000', heldMicros: '0', availableMicros: '25000000' })
    expect(await codeOf(topUp(admin, 'payment-0001', '26.00'))).toBe('409 IdempotencyConflict')
    const both = await Promise.all([topUp(admin, 'payment-0002', '1.00'), topUp(admin, 'payment-0002', '1.00')])
    expect(both[0]?.transferId).toBe(both[1]?.transferId)
    const { wallets } = await buyer.client.call(api.getWallets, { params: { account: 'bob' } })
    expect(wallets.map((wallet) => wallet.balanceMicros)).toEqual(['26000000'])
  })

  it('nobody else pays in, looks in, or learns that there is a wallet', async () => {
    expect(await codeOf(topUp(buyer, 'payment-0003'))).toBe('403 Forbidden')
    const look = { params: { account: 'bob' } }
    expect(await codeOf(stranger.client.call(api.getWallets, look))).toBe('404 AccountNotFound')
    expect(await codeOf(server.client().call(api.getWallets, look))).toBe('401 Unauthorized')
    expect(await codeOf(stranger.client.call(api.listMovements, { ...look, query: {} }))).toBe('404 AccountNotFound')
    expect(await codeOf(stranger.client.call(api.getUsage, { query: { account: 'bob' } }))).toBe('404 AccountNotFound')
    expect(await codeOf(stranger.client.call(api.getStatement, { ...look, query: {} }))).toBe('404 AccountNotFound')
    const withoutKey = admin.client.call(api.topUpWallet, {
      ...look,
      body: { currency: 'USD', amount: '1', reference: 'x' },
    })
    expect(await codeOf(withoutKey)).toBe('400 IdempotencyKeyRequired')
  })
})

describe('what is sold', () => {
  it('a listing follows its repository: renamed with it, retired when it is gone', async () => {
    const { kit, app } = server.running
    const moved = { repoId: 'x', type: 'model', from: 'selma/tiny', to: 'selma/small', actorId: null }
    await kit.write((tx) => kit.events.emit(tx, 'repos.moved', moved))
    await kit.events.drained()
    expect((await seller.client.call(api.getListing, { params: { listingId: listing.id } })).resource).toBe(
      'repo:selma/small',
    )
    expect(await app.commerce.hasLiveOffer(kit.db, 'repo:selma/small')).toBe(true)
    const gone = { repoId: 'x', type: 'model', fullName: 'selma/small', accountId: seller.id, actorId: null }
    await kit.write((tx) => kit.events.emit(tx, 'repos.deleted', gone))
    await kit.events.drained()
    expect((await seller.client.call(api.getListing, { params: { listingId: listing.id } })).state).toBe('retired')
    expect(await app.commerce.hasLiveOffer(kit.db, 'repo:selma/small')).toBe(false)
  })
})

describe('manifest', () => {
  const text = `
users: [{ name: mara }, { name: moritz }]
orgs: [{ name: acme, members: { mara: admin } }]
plans:
  - key: acme-tokens
    owner: acme
    currency: USD
    funding: prepaid
    components:
      - { kind: tokens, rates: { input: "0.15 / 1000000", output: "0.60 / 1000000" } }
listings:
  - { slug: acme/tiny-llama, kind: model_access, seller: acme, repo: acme/tiny-llama, plan: acme-tokens, platformFeePpm: 150000, state: published }
wallets:
  - { account: moritz, currency: USD, credit: "25.00", id: opening-2026 }
budgets:
  - { scope: user, name: moritz, period: month, limit: "20.00", currency: USD, softPpm: [800000], action: block }
`
  const apply = (document: string, dryRun = false) =>
    admin.client.call(api.applyManifest, { body: { documents: [{ name: 'm.yaml', text: document }], dryRun } })

  it('[M3] declares what is sold, once', async () => {
    const dry = await apply(text, true)
    const made = await apply(text)
    expect(made.text).toBe(dry.text)
    expect(made.text).toContain('+ plan acme/acme-tokens USD prepaid')
    expect(made.text).toContain('+ listing acme/tiny-llama plan acme-tokens, published')
    expect(made.text).toContain('+ wallet moritz USD credit 25.00 (opening-2026)')
    expect(made.text).toContain('+ budget user moritz month 20.00 USD')
    expect((await apply(text)).text).toContain('0 changes')
    const { wallets } = await admin.client.call(api.getWallets, { params: { account: 'moritz' } })
    expect(wallets[0]?.balanceMicros).toBe('25000000')
  })

  it('exports what stands so that applying it changes nothing', async () => {
    const exported = await admin.client.call(api.exportManifest, {})
    const manifest = typeof exported === 'string' ? exported : (exported as { text: string }).text
    expect(manifest).toContain('opening-2026')
    expect((await apply(manifest)).text).toContain('0 changes')
  })

  it('says what is wrong where it is wrong', async () => {
    const message = async (from: string, to: string): Promise<string> => {
      const error = await apply(text.replace(from, to)).catch((caught: unknown) => caught)
      return error instanceof api.StoaError ? error.message : 'was taken'
    }
    expect(await message('seller: acme', 'seller: nobody')).toContain('nobody')
    expect(await message('plan: acme-tokens', 'plan: gone')).toContain('gone')
    expect(await message('"0.15 / 1000000"', '0.15')).toContain('input')
    expect(await message('credit: "25.00"', 'credit: "26.00"')).toContain('credited')
    const changed = await apply(text.replace('"0.60 / 1000000"', '"0.70 / 1000000"').replace('"20.00"', '"30.00"'))
    expect(changed.text).toContain('~ plan acme/acme-tokens version 1 → 2')
    expect(changed.text).toContain('~ budget user moritz month limit 20 → 30')
  })
})
