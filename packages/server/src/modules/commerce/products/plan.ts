import { type ComponentBody, refuse } from '@stoa/contracts'
import { compileCallPrice } from '../rating/call-price.js'
import { readComponent } from '../rating/read-component.js'

/** The part of a plan that a version freezes. */
export interface PlanTerms {
  readonly currency: string
  readonly interval: 'month' | 'year' | 'custom'
  readonly funding: 'prepaid' | 'arrears' | 'prepaid_then_arrears'
  readonly components: readonly ComponentBody[]
}

/** Throws `InvalidAmount` or `PlanUnusable`: every amount must be exact, and a price that may fall cannot be prepaid (R10). */
export function checkPlanTerms(terms: PlanTerms): void {
  const components = terms.components.map(readComponent)
  const falls = components.some((component) => component.kind === 'volume')
  if (falls && terms.funding === 'prepaid')
    throw refuse(
      'PlanUnusable',
      'A volume price may fall as usage grows, so it cannot be prepaid. Use graduated tiers.',
    )
}

/** Throws `PlanUnusable` unless calls can be drawn from a wallet under this plan. */
export function checkCallable(terms: PlanTerms): void {
  if (terms.funding !== 'prepaid')
    throw refuse('PlanUnusable', 'Only prepaid plans can be offered for calls: invoices are not part of this version.')
  compileCallPrice(terms.components.map(readComponent))
}

/** Two sets of terms that price everything alike are one version. */
export function isSameTerms(a: PlanTerms, b: PlanTerms): boolean {
  return (
    canonical([a.currency, a.interval, a.funding, a.components]) ===
    canonical([b.currency, b.interval, b.funding, b.components])
  )
}

/** JSON with sorted keys: a database may return them in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
