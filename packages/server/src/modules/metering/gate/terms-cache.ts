import type { MeteringDeps } from '../deps.js'
import type { CallSubject } from './port.js'
import { findOffer } from '../../commerce/index.js'
import { listHoldingBudgets } from './queries.js'
import type { Scope } from './scope.js'
import { HeldTerms, resolveScopes } from './terms.js'

/** Subjects kept in memory; the oldest are forgotten first. */
const CACHE_LIMIT = 50_000
/** Prices changed by another process are noticed this late at most; the present process hears of changes at once. */
const FRESH_MS = 10_000

interface Entry {
  readonly terms: HeldTerms
  freshUntilMs: number
}

/** Terms by subject: synchronous when known; refreshed behind the back of calls, never in front of them, until a budget window ends. */
export class TermsCache {
  private readonly entries = new Map<string, Entry>()
  private readonly loading = new Map<string, Promise<HeldTerms>>()
  private readonly deps: Pick<MeteringDeps, 'db' | 'clock' | 'log'>
  private readonly scopes: Map<string, Scope>
  /** The last entry by resource and credential: two lookups of short keys instead of building a long one in every call. */
  private readonly recent = new Map<string, Map<string, Entry>>()
  private generation = 0

  constructor(deps: Pick<MeteringDeps, 'db' | 'clock' | 'log'>, scopes: Map<string, Scope>) {
    this.deps = deps
    this.scopes = scopes
  }

  find(subject: CallSubject): HeldTerms | Promise<HeldTerms> {
    const nowMs = this.deps.clock.now().getTime()
    const recent = this.recent.get(subject.resource)?.get(subject.tokenId ?? subject.userId)
    if (recent && nowMs < recent.freshUntilMs && nowMs < recent.terms.endsAtMs && isOf(recent.terms.subject, subject))
      return recent.terms
    const key = keyOf(subject)
    const entry = this.entries.get(key)
    if (!entry || nowMs >= entry.terms.endsAtMs) return this.load(key, subject)
    if (nowMs >= entry.freshUntilMs) {
      entry.freshUntilMs = nowMs + FRESH_MS
      this.load(key, subject).catch((error: unknown) => this.deps.log.error('call terms were not refreshed', error))
    }
    this.remember(entry)
    return entry.terms
  }

  /** Prices, listings or budgets changed: the next call of anybody asks again. */
  forget(): void {
    this.generation += 1
    this.entries.clear()
    this.recent.clear()
    this.loading.clear()
  }

  private load(key: string, subject: CallSubject): Promise<HeldTerms> {
    const under = this.loading.get(key)
    if (under) return under
    const { generation } = this
    const made = this.build(subject)
      .then((terms) => (generation === this.generation ? this.keep(key, terms) : terms))
      .finally(() => {
        if (this.loading.get(key) === made) this.loading.delete(key)
      })
    this.loading.set(key, made)
    return made
  }

  private async build(subject: CallSubject): Promise<HeldTerms> {
    const offer = await findOffer(this.deps.db, subject.resource)
    if (!offer) return new HeldTerms(subject, null, [], [])
    const parties = { ...subject, listingId: offer.listingId, currency: offer.currency }
    const budgets = await listHoldingBudgets(this.deps.db, parties)
    const known = { at: this.deps.clock.now(), scopes: this.scopes }
    return new HeldTerms(subject, offer, budgets, resolveScopes(subject, offer, budgets, known))
  }

  private keep(key: string, terms: HeldTerms): HeldTerms {
    const known = this.entries.get(key)
    const kept = known && known.terms.facts === terms.facts ? known.terms : terms
    this.entries.delete(key)
    if (this.entries.size >= CACHE_LIMIT) {
      const [oldest] = this.entries.keys()
      if (oldest !== undefined) this.entries.delete(oldest)
      this.recent.clear()
    }
    this.entries.set(key, { terms: kept, freshUntilMs: this.deps.clock.now().getTime() + FRESH_MS })
    return kept
  }

  private remember(entry: Entry): void {
    const { resource, tokenId, userId } = entry.terms.subject
    let own = this.recent.get(resource)
    if (!own) this.recent.set(resource, (own = new Map()))
    own.set(tokenId ?? userId, entry)
  }
}

function keyOf({ payerId, userId, tokenId, resource }: CallSubject): string {
  return `${payerId} ${userId} ${tokenId ?? ''} ${resource}`
}

function isOf(known: CallSubject, asked: CallSubject): boolean {
  return known.payerId === asked.payerId && known.userId === asked.userId && known.tokenId === asked.tokenId
}
