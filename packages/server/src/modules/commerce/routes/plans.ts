import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { HttpScope } from '../../../kit/http/server.js'
import type { UserActor } from '../../../kit/http/actor.js'
import { getManagedAccount, mayManage, maySee } from '../access.js'
import { listPlansOf, listPlanVersions, type PlanRow } from '../products/queries.js'
import { createPlan, createPlanVersion } from '../products/save-plan.js'
import { compileCallPrice } from '../rating/call-price.js'
import { readComponent } from '../rating/read-component.js'
import { NO_TOKENS } from '../rating/tokens.js'
import { namesOf, toPlanView } from '../views.js'
import type { RouteDeps } from './deps.js'

export function bindPlans(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.listPlans, async ({ actor, query }) => {
    const owner = await getManagedAccount(deps, actor, query.owner)
    return { plans: (await listPlansOf(deps.db, owner.id)).map((plan) => toPlanView(plan, owner.name)) }
  })

  http.bind(contracts.createPlan, async ({ actor, body }) => {
    const owner = await getManagedAccount(deps, actor, body.owner)
    const { key, currency, interval, funding, components } = body
    const terms = { currency, interval, funding, components }
    return toPlanView(await deps.write((tx) => createPlan(deps, tx, { ownerId: owner.id, key, terms })), owner.name)
  })

  http.bind(contracts.getPlan, async ({ actor, params }) => {
    const versions = await getVisibleVersions(deps, actor, params.planId)
    const nameOf = await namesOf(
      deps,
      versions.map((version) => version.ownerId),
    )
    const views = versions.map((version) => toPlanView(version, nameOf(version.ownerId)))
    return { plan: views[0] as contracts.PlanView, versions: views }
  })

  http.bind(contracts.createPlanVersion, async ({ actor, params, body }) => {
    const [latest] = await getVisibleVersions(deps, actor, params.planId)
    const owner = await deps.accounts.getAccount(deps.db, latest.ownerId)
    if (!mayManage(actor, owner)) throw refuse('Forbidden', 'Only an admin of this account may set its prices.')
    const plan = await deps.write((tx) => createPlanVersion(deps, tx, params.planId, body))
    deps.tellPrices()
    return toPlanView(plan, owner.name)
  })

  http.bind(contracts.simulatePlan, async ({ actor, params, body }) => {
    const [plan] = await getVisibleVersions(deps, actor, params.planId)
    const counts = {
      ...NO_TOKENS,
      input: BigInt(body.inputTokens),
      cachedInput: BigInt(body.cachedInputTokens),
      output: BigInt(body.outputTokens),
      requests: BigInt(body.requests),
    }
    if (counts.cachedInput > counts.input) throw refuse('InvalidRequest', 'Cached input is a part of input.')
    const lines = compileCallPrice(plan.components.map(readComponent))
      .map((line) => {
        const quantity = line.quantity(counts)
        return { component: line.component, meter: line.meter, quantity, micros: line.price(quantity) }
      })
      .filter((line) => line.quantity > 0n)
    return {
      currency: plan.currency,
      lines: lines.map((line) => ({ ...line, quantity: `${line.quantity}`, micros: `${line.micros}` })),
      totalMicros: `${lines.reduce((sum, line) => sum + line.micros, 0n)}`,
    }
  })
}

/** Every version of a plan that the actor may see, newest first; to others it is not there. */
async function getVisibleVersions(deps: RouteDeps, actor: UserActor, planId: string): Promise<[PlanRow, ...PlanRow[]]> {
  const [latest, ...older] = await listPlanVersions(deps.db, planId)
  if (!latest) throw refuse('PlanNotFound')
  const owner = await deps.accounts.getAccount(deps.db, latest.ownerId)
  if (!maySee(actor, owner)) throw refuse('PlanNotFound')
  return [latest, ...older]
}
