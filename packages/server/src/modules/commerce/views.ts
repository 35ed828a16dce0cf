import type { ListingView, PlanView, PriceFacts, TransferView, WalletView } from '@stoa/contracts'
import type { CommerceDeps } from './deps.js'
import type { LedgerAccountRow, TransferRow } from './ledger/queries.js'
import { availableMicros } from './ledger/transfer.js'
import { PPM, splitByWeights } from './money/split.js'
import type { ListingRow, PlanRow } from './products/queries.js'
import { compileCallPrice, priceCall } from './rating/call-price.js'
import { readComponent } from './rating/read-component.js'
import { NO_TOKENS } from './rating/tokens.js'

type NameDeps = Pick<CommerceDeps, 'db' | 'accounts'>

/** Names of accounts by id, each asked for once. */
export async function namesOf(deps: NameDeps, ids: readonly string[]): Promise<(id: string) => string> {
  const names = new Map<string, string>()
  for (const id of new Set(ids)) names.set(id, (await deps.accounts.getAccount(deps.db, id)).name)
  return (id) => names.get(id) ?? id
}

export function toPlanView(plan: PlanRow, owner: string): PlanView {
  const { id, key, versionId, version, state, currency, interval, funding } = plan
  const createdAt = plan.createdAt.toISOString()
  return {
    id,
    key,
    owner,
    versionId,
    version,
    state,
    currency,
    interval,
    funding,
    components: [...plan.components],
    createdAt,
  }
}

/** A million tokens each way: what the buyer pays, the platform takes, the seller keeps. */
const EXAMPLE_TOKENS = 1_000_000n

export function toPriceFacts(plan: PlanRow, feePpm: number): PriceFacts {
  const tokens = plan.components.find((component) => component.kind === 'tokens')
  const rates = tokens?.kind === 'tokens' ? tokens.rates : undefined
  const gross = exampleGross(plan)
  const shares = [
    { id: 'platform', weight: BigInt(feePpm) },
    { id: 'seller', weight: PPM - BigInt(feePpm) },
  ]
  const [fee = 0n, net = 0n] = splitByWeights(gross, shares)
  return {
    currency: plan.currency,
    input: rates?.input ?? null,
    cachedInput: rates?.cachedInput ?? null,
    output: rates?.output ?? null,
    perRequest: rates?.perRequest ?? null,
    feePpm,
    example: { grossMicros: `${gross}`, feeMicros: `${fee}`, netMicros: `${net}` },
  }
}

function exampleGross(plan: PlanRow): bigint {
  const isCallable = plan.components.every((component) => ['tokens', 'per_unit', 'graduated'].includes(component.kind))
  if (!isCallable || plan.funding !== 'prepaid') return 0n
  const lines = compileCallPrice(plan.components.map(readComponent))
  return priceCall(lines, { ...NO_TOKENS, input: EXAMPLE_TOKENS, output: EXAMPLE_TOKENS, requests: 1n })
}

export function toListingView(listing: ListingRow, plan: PlanRow, seller: string): ListingView {
  const { id, slug, resource, title, summary, state, platformFeePpm } = listing
  return {
    id,
    slug,
    kind: listing.kind as ListingView['kind'],
    seller,
    resource,
    title,
    summary,
    state,
    platformFeePpm,
    plan: toPlanView(plan, seller),
    price: toPriceFacts(plan, platformFeePpm),
    createdAt: listing.createdAt.toISOString(),
    updatedAt: listing.updatedAt.toISOString(),
    publishedAt: listing.publishedAt?.toISOString() ?? null,
  }
}

export function toWalletView(row: LedgerAccountRow): WalletView {
  return {
    currency: row.currency,
    ledgerAccountId: row.id,
    balanceMicros: `${row.creditsPosted - row.debitsPosted}`,
    heldMicros: `${row.debitsPending}`,
    availableMicros: `${availableMicros(row)}`,
  }
}

export function toTransferView(row: TransferRow): TransferView {
  const { id, groupId, kind, debitId, creditId, pendingId, code, ref } = row
  return {
    id,
    groupId,
    at: row.at.toISOString(),
    kind,
    debitId,
    creditId,
    micros: `${row.amountMicros}`,
    pendingId,
    code,
    ref,
  }
}
