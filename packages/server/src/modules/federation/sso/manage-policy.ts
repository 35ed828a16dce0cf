import { type BodyOf, refuse, type setSignOnPolicy } from '@stoa/contracts'
import { afterCommit, type Db, type Tx } from '../../../kit/db/database.js'
import type { UserActor } from '../../../kit/http/actor.js'
import { type Account, findAccountRow, listAccountRowsById } from '../../accounts/index.js'
import type { FederationDeps } from '../deps.js'
import { listConnections } from '../queries/connections.js'
import { findPolicy, listExemptIds, type PolicyRow, replaceExempt, upsertPolicy } from '../queries/policies.js'
import { listSignOnsOf } from '../queries/sign-ons.js'

export type PolicyWish = BodyOf<typeof setSignOnPolicy>

export const DEFAULT_POLICY = { isEnforced: false, sessionMinutes: 24 * 60, tokenDays: null } as const

/** The policy as the pages have it. */
export async function showPolicy(db: Db | Tx, orgId: string) {
  const { isEnforced, sessionMinutes, tokenDays } = (await findPolicy(db, orgId)) ?? DEFAULT_POLICY
  const exempt = await listAccountRowsById(db, await listExemptIds(db, orgId))
  return { enforced: isEnforced, sessionMinutes, tokenDays, exempt: exempt.map(({ name }) => name) }
}

/**
 * Says whether members must come through a connection. It is demanded only by an admin who just did, while an admin with a
 * password stays exempt: so nobody locks an organisation out of itself. Throws `SignOnNotReady`.
 */
export async function setPolicy(
  deps: FederationDeps,
  org: Pick<Account, 'id' | 'name'>,
  wish: PolicyWish,
  actor: UserActor,
): Promise<void> {
  const exemptIds = await readExempt(deps, org, wish.exempt)
  if (wish.enforced) await demandReady(deps, org, { actor, exemptIds })
  await deps.write(async (tx) => {
    const before = (await findPolicy(tx, org.id)) ?? DEFAULT_POLICY
    const { enforced: isEnforced, sessionMinutes, tokenDays } = wish
    const policy: PolicyRow = { orgId: org.id, isEnforced, sessionMinutes, tokenDays }
    await upsertPolicy(tx, policy, deps.clock.now())
    const exemptBefore = await listExemptIds(tx, org.id)
    await replaceExempt(tx, org.id, exemptIds, deps.clock.now())
    const shown = (
      { isEnforced: enforced, sessionMinutes: minutes, tokenDays: days }: Omit<PolicyRow, 'orgId'>,
      exempt: readonly string[],
    ) => ({
      isEnforced: enforced,
      sessionMinutes: minutes,
      tokenDays: days,
      exempt: [...exempt],
    })
    await deps.audit.record(tx, {
      chain: org.id,
      action: 'org.settings.sign_on',
      target: { type: 'org', id: org.id, name: org.name },
      before: shown(before, exemptBefore),
      after: shown(policy, exemptIds),
    })
    afterCommit(tx, () => deps.accounts.forgetAll())
  })
}

async function readExempt(deps: FederationDeps, org: Pick<Account, 'id'>, names: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const name of names) {
    const row = await findAccountRow(deps.db, name)
    const role = row && (await deps.accounts.people.roleIn(deps.db, org.id, row.id))
    if (!row || row.kind !== 'user' || role !== 'admin')
      throw refuse('SignOnNotReady', `${name} is no admin of the organisation, and so cannot be exempt.`)
    ids.push(row.id)
  }
  return [...new Set(ids)]
}

async function demandReady(
  deps: FederationDeps,
  org: Pick<Account, 'id'>,
  { actor, exemptIds }: { readonly actor: UserActor; readonly exemptIds: readonly string[] },
): Promise<void> {
  const connections = (await listConnections(deps.db, org.id)).filter((connection) => connection.isEnabled)
  if (connections.length === 0)
    throw refuse('SignOnNotReady', 'There is no connection that members could come through.')
  const passwords = await Promise.all(exemptIds.map((id) => deps.accounts.access.hasPassword(id)))
  if (!passwords.includes(true))
    throw refuse('SignOnNotReady', 'Name an admin with a password who comes in when the provider is away.')
  if ((await findPolicy(deps.db, org.id))?.isEnforced) return
  const own = actor.auth.type === 'session' ? await listSignOnsOf(deps.db, actor.auth.sessionId) : []
  const ids = new Set(connections.map(({ id }) => id))
  if (!own.some(({ connectionId }) => ids.has(connectionId)))
    throw refuse('SignOnNotReady', 'Sign in through the connection yourself first: then it is known to work.')
}
