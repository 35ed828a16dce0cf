import { planFields, planKey } from '@stoa/contracts'
import { z } from 'zod'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import type { PlanTerms } from '../products/plan.js'
import { findPlan, listAllPlans } from '../products/queries.js'
import { createPlan, createPlanVersion } from '../products/save-plan.js'
import { namesOf } from '../views.js'
import { findOwner, type NounDeps } from './find-owner.js'

const plan = z.strictObject({ key: planKey, owner: z.string().min(1).max(96), ...planFields })
export type PlanItem = z.output<typeof plan>

/** `plans:` of a manifest. Other terms make the next version; plans themselves are kept, because calls were priced by them. */
export function createPlansNoun(deps: NounDeps): ManifestNoun<PlanItem> {
  return {
    key: 'plans',
    identity: ['owner', 'key'],
    schema: plan,
    apply: (tx, item, context) => applyPlan(deps, tx, item, context),
    remove: async (tx, item) => {
      const owner = await deps.accounts.findAccount(tx, item.owner)
      if (!owner || !(await findPlan(tx, owner.id, item.key))) return null
      throw itemProblem(['key'], 'a plan is kept as long as statements show it; retire the listings that use it')
    },
    export: async (db) => {
      const rows = await listAllPlans(db)
      const nameOf = await namesOf(
        { ...deps, db },
        rows.map((row) => row.ownerId),
      )
      return rows.map((row) => ({
        key: row.key,
        owner: nameOf(row.ownerId),
        currency: row.currency,
        interval: row.interval,
        funding: row.funding,
        components: [...row.components],
      }))
    },
  }
}

async function applyPlan(deps: NounDeps, tx: Tx, item: PlanItem, context: ManifestContext): Promise<Change | null> {
  const owner = await findOwner(deps, tx, 'owner', item.owner)
  const { currency, interval, funding, components } = item
  const terms: PlanTerms = { currency, interval, funding, components }
  const before = await findPlan(tx, owner.id, item.key)
  context.afterCommit(deps.tellPrices)
  const subject = `plan ${owner.name}/${item.key}`
  if (!before) {
    await createPlan(deps, tx, { ownerId: owner.id, key: item.key, terms })
    return { kind: 'create', subject, text: `${currency} ${funding}` }
  }
  const after = await createPlanVersion(deps, tx, before.id, terms)
  if (after.versionId === before.versionId) return null
  const difference = describeDifference({ ...before }, { currency, interval, funding, components })
  return {
    kind: 'update',
    subject,
    text: `version ${before.version} → ${after.version}${difference ? `, ${difference}` : ''}`,
  }
}
