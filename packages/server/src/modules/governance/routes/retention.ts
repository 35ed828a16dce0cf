import * as contracts from '@stoa/contracts'
import { AUDIT_CLASS, AUDIT_DAYS_MIN, refuse } from '@stoa/contracts'
import { PLATFORM_CHAIN } from '../../../kit/audit/audit.js'
import type { Http } from '../../../kit/http/server.js'
import type { GovernanceDeps } from '../deps.js'
import {
  endHold,
  findHold,
  type HoldRow,
  insertHold,
  listHeldAccounts,
  listHolds,
  listRuns,
  putRule,
  type RunRow,
} from '../queries/retention.js'
import { type KnownClass, listClasses } from '../retention/retention-classes.js'
import { planRetention } from '../retention/run-retention.js'

const RUNS_SHOWN = 10
const HOLDS_SHOWN = 200

/** What is deleted by age, and what a legal hold keeps. */
export function bindRetention(http: Http, deps: GovernanceDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(contracts.getRetention, async () => ({
    classes: (await listClasses(deps)).map(showClass),
    holds: await Promise.all((await listHolds(deps.db, HOLDS_SHOWN)).map((hold) => showHold(deps, hold))),
    runs: (await listRuns(deps.db, RUNS_SHOWN)).map(showRun),
  }))
  stoa.bind(contracts.startRetention, async ({ body }) => showRun(await planRetention(deps, body.dryRun)))
  stoa.bind(contracts.setRetention, async ({ params, body }) => {
    const known = (await listClasses(deps)).find((one) => one.class === params.class)
    if (!known) throw refuse('NotFound', 'The register has no such class that is deleted by age.')
    demandDays(known, body.days)
    const target = { type: 'register_class', id: known.class }
    await deps.write(async (tx) => {
      await putRule(tx, known.class, body.days, deps.clock.now())
      const facts = { before: { days: known.days }, after: { days: body.days } }
      await deps.audit.record(tx, { chain: PLATFORM_CHAIN, action: 'privacy.retention.update', target, ...facts })
    })
    return showClass({ ...known, days: body.days ?? known.registerDays })
  })
  bindHolds(http, deps)
}

function demandDays(known: KnownClass, days: number | null): void {
  if (days === null) return
  if (days > known.registerDays)
    throw refuse('InvalidRequest', `The register promises ${known.registerDays} days at most. A legal hold keeps more.`)
  if (known.class === AUDIT_CLASS && days < AUDIT_DAYS_MIN)
    throw refuse('InvalidRequest', `Audit events are kept for ${AUDIT_DAYS_MIN} days at least.`)
}

function bindHolds(http: Http, deps: GovernanceDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(contracts.placeHold, async ({ actor, body }) => {
    const account = await deps.accounts.findAccount(deps.db, body.account)
    if (!account) throw refuse('AccountNotFound')
    const hold: HoldRow = {
      id: deps.ids.next(),
      accountId: account.id,
      reason: body.reason,
      placedBy: actor.userId,
      createdAt: deps.clock.now(),
      releasedBy: null,
      releasedAt: null,
    }
    await deps.write(async (tx) => {
      if ((await listHeldAccounts(tx)).includes(account.id))
        throw refuse('Conflict', `A legal hold stands on ${account.name} already.`)
      await insertHold(tx, hold)
      const target = { type: account.type, id: account.id, name: account.name }
      const { reason } = body
      await deps.audit.record(tx, { chain: PLATFORM_CHAIN, action: 'privacy.hold.place', target, reason })
    })
    return showHold(deps, hold)
  })
  stoa.bind(contracts.releaseHold, async ({ actor, params }) => {
    const hold = await findHold(deps.db, params.holdId)
    if (!hold) throw refuse('NotFound', 'There is no such hold.')
    await deps.write(async (tx) => {
      if (!(await endHold(tx, hold.id, actor.userId, deps.clock.now())))
        throw refuse('NotFound', 'The hold was released already.')
      const { type, name } = await deps.accounts.getAccount(tx, hold.accountId)
      const target = { type, id: hold.accountId, name }
      await deps.audit.record(tx, { chain: PLATFORM_CHAIN, action: 'privacy.hold.release', target })
    })
    return showHold(deps, { ...hold, releasedAt: deps.clock.now() })
  })
}

const showClass = ({ class: name, purposes, registerDays, days }: KnownClass): contracts.RetentionClass => ({
  class: name,
  purposes,
  registerDays,
  days,
})

async function showHold(deps: GovernanceDeps, hold: HoldRow): Promise<contracts.LegalHold> {
  const account = await deps.accounts.getAccount(deps.db, hold.accountId)
  const by = await deps.accounts.getAccount(deps.db, hold.placedBy)
  return {
    id: hold.id,
    account: account.name,
    kind: account.type,
    reason: hold.reason,
    placedBy: by.name,
    createdAt: hold.createdAt.toISOString(),
    releasedAt: hold.releasedAt?.toISOString() ?? null,
  }
}

function showRun(run: RunRow): contracts.RetentionRunView {
  return {
    id: run.id,
    dryRun: run.isDryRun,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
    classes: [...run.report.classes],
  }
}
