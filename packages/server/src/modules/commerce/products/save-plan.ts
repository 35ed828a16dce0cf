import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { CommerceDeps } from '../deps.js'
import { announcePrices } from '../events.js'
import { checkPlanTerms, isSameTerms, type PlanTerms } from './plan.js'
import { findPlan, insertPlan, insertPlanVersion, listPlanVersions, type PlanRow } from './queries.js'

type PlanDeps = Pick<CommerceDeps, 'audit' | 'clock' | 'ids' | 'events'>

/** Makes a plan with its first version. Throws `PlanConflict`, `PlanUnusable`, `InvalidAmount`. */
export async function createPlan(
  deps: PlanDeps,
  tx: Tx,
  plan: { ownerId: string; key: string; terms: PlanTerms },
): Promise<PlanRow> {
  checkPlanTerms(plan.terms)
  if (await findPlan(tx, plan.ownerId, plan.key)) throw refuse('PlanConflict')
  const createdAt = deps.clock.now()
  const id = deps.ids.next()
  await insertPlan(tx, { id, ownerId: plan.ownerId, key: plan.key, createdAt })
  await insertPlanVersion(tx, { id: deps.ids.next(), planId: id, version: 1, createdAt, terms: plan.terms })
  const made = await activeVersion(tx, id)
  await recordPlan(deps, tx, made, 'billing.plan.create')
  return made
}

/** Makes the next version of a plan; terms equal to the active ones change nothing. Calls from now on are priced by it. */
export async function createPlanVersion(deps: PlanDeps, tx: Tx, planId: string, terms: PlanTerms): Promise<PlanRow> {
  checkPlanTerms(terms)
  const [latest] = await listPlanVersions(tx, planId)
  if (!latest) throw refuse('PlanNotFound')
  if (isSameTerms(latest, terms)) return latest
  const createdAt = deps.clock.now()
  await insertPlanVersion(tx, { id: deps.ids.next(), planId, version: latest.version + 1, createdAt, terms })
  await announcePrices(deps, tx)
  const made = await activeVersion(tx, planId)
  await recordPlan(deps, tx, made, 'billing.plan.update')
  return made
}

/** Records the terms from now on. */
async function recordPlan(deps: PlanDeps, tx: Tx, plan: PlanRow, action: string): Promise<void> {
  const { currency, interval, funding, version } = plan
  const after = { version, currency, interval, funding, components: JSON.stringify(plan.components) }
  const target = { type: 'plan', id: plan.id, name: plan.key }
  await deps.audit.record(tx, { chain: plan.ownerId, action, target, after })
}

async function activeVersion(tx: Tx, planId: string): Promise<PlanRow> {
  const [latest] = await listPlanVersions(tx, planId)
  if (!latest) throw new Error('a plan without a version')
  return latest
}
