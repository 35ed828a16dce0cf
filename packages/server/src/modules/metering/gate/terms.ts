import { refuse } from '@stoa/contracts'
import type { JournalSubject } from '../journal/record.js'
import { type SubjectRef, subjectRef } from '../journal/writer.js'
import {
  boundCall,
  type CallLine,
  compileCallPrice,
  ledgerAccount,
  NO_TOKENS,
  type Offer,
  type TokenRates,
} from '../../commerce/index.js'
import type { CallRates, CallSubject, CallTerms } from './port.js'
import type { HoldingBudget } from './queries.js'
import { Scope, scopeKey } from './scope.js'
import { budgetWindow } from './window.js'

/** Endpoints one subject uses; beyond it the record names none rather than growing for ever. */
const ENDPOINTS_LIMIT = 1000
const FREE = { amount: 0n, per: 1n }

/** Terms as the gate keeps them: the price compiled, the limits resolved, the names ready for the journal. */
export class HeldTerms implements CallTerms {
  readonly subject: CallSubject
  readonly free: boolean
  readonly rates: CallRates | null
  readonly listingId: string | null
  readonly lines: readonly CallLine[]
  readonly scopes: readonly Scope[]
  /** Two terms with equal facts are the same; the older object lives on. */
  readonly facts: string
  /** When the first budget window ends; after it these terms must not be used. */
  readonly endsAtMs: number
  /** An unusual price: tokens read from a cache cost more than fresh ones, or are counted apart. */
  private readonly isCachedDearer: boolean
  private readonly names: Omit<JournalSubject, 'endpointId'>
  private readonly refs = new Map<string | null, SubjectRef>()

  constructor(subject: CallSubject, offer: Offer | null, budgets: readonly HoldingBudget[], scopes: readonly Scope[]) {
    this.subject = subject
    this.free = offer === null
    this.listingId = offer?.listingId ?? null
    const components = offer?.components ?? []
    this.lines = compileCallPrice(components)
    const tokens = components.find((component) => component.kind === 'tokens')
    this.rates = offer ? toRates(offer.currency, tokens?.rates) : null
    this.isCachedDearer = components.some((component) => component.kind !== 'tokens' || isDearer(component.rates))
    this.scopes = scopes
    this.endsAtMs = scopes.reduce(
      (end, scope) => Math.min(end, scope.resetsAt?.getTime() ?? end),
      Number.MAX_SAFE_INTEGER,
    )
    this.names = {
      payerId: subject.payerId,
      userId: subject.userId,
      tokenId: subject.tokenId,
      resource: subject.resource,
      listingId: offer?.listingId ?? null,
      planVersionId: offer?.planVersionId ?? null,
      currency: offer?.currency ?? null,
      sellerId: offer?.sellerId ?? null,
      feePpm: offer?.feePpm ?? 0,
      budgetIds: budgets.filter((budget) => budget.action === 'block').map((budget) => budget.id),
      watchIds: budgets.filter((budget) => budget.action !== 'block').map((budget) => budget.id),
    }
    this.facts = JSON.stringify([this.names, scopes.map((scope) => scope.key)])
  }

  worstCaseMicros(inputTokens: number, maxOutputTokens: number): bigint {
    if (this.free) return 0n
    const input = BigInt(inputTokens)
    const counts = { ...NO_TOKENS, input, output: BigInt(maxOutputTokens), requests: 1n }
    const fresh = boundCall(this.lines, counts)
    if (!this.isCachedDearer) return fresh
    const cached = boundCall(this.lines, { ...counts, cachedInput: input })
    return cached > fresh ? cached : fresh
  }

  /** The journal's name for these terms at one endpoint. */
  journalRef(endpointId: string | null): SubjectRef {
    const known = this.refs.get(endpointId)
    if (known) return known
    if (this.refs.size >= ENDPOINTS_LIMIT) this.refs.clear()
    const ref = subjectRef({ ...this.names, endpointId })
    this.refs.set(endpointId, ref)
    return ref
  }
}

/** The limits of one subject: blocking budgets first, the wallet last (market.md §5). Scopes are shared through `known`. */
export function resolveScopes(
  subject: CallSubject,
  offer: Offer,
  budgets: readonly HoldingBudget[],
  known: { at: Date; scopes: Map<string, Scope> },
): Scope[] {
  const held = budgets
    .filter((budget) => budget.action === 'block')
    .map((budget) => {
      const { startsAt, endsAt } = budgetWindow(budget.period, known.at)
      const resetsAt = budget.period === 'total' ? null : endsAt
      return sharedScope(known.scopes, 'budget', budget.id, startsAt.getTime(), resetsAt, budget.scope)
    })
  if (offer.funding !== 'prepaid') throw refuse('PlanUnusable', 'Only prepaid plans can be called.')
  const wallet = ledgerAccount('wallet', subject.payerId, offer.currency).id
  return [...held, sharedScope(known.scopes, 'wallet', wallet, 0, null, 'wallet')]
}

function sharedScope(
  scopes: Map<string, Scope>,
  kind: Scope['kind'],
  subjectId: string,
  windowStartMs: number,
  resetsAt: Date | null,
  label: string,
): Scope {
  const key = scopeKey(kind, subjectId, windowStartMs)
  const known = scopes.get(key)
  if (known) return known
  const made = new Scope({ kind, subjectId, windowStartMs, resetsAt, label })
  scopes.set(key, made)
  return made
}

function isDearer({ input, cachedInput }: TokenRates): boolean {
  return cachedInput !== undefined && cachedInput.amount * input.per > input.amount * cachedInput.per
}

function toRates(currency: string, tokens: TokenRates | undefined): CallRates {
  return {
    currency,
    input: tokens?.input ?? FREE,
    cachedInput: tokens?.cachedInput ?? tokens?.input ?? FREE,
    output: tokens?.output ?? FREE,
    request: tokens?.perRequest ?? FREE,
  }
}
