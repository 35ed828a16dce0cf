import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { SignOnClaim } from '../../accounts/index.js'

export interface PolicyRow {
  readonly orgId: string
  readonly isEnforced: boolean
  readonly sessionMinutes: number
  readonly tokenDays: number | null
}

export async function findPolicy(db: Db | Tx, orgId: string): Promise<PolicyRow | null> {
  const row = await db
    .selectFrom('federation.policies')
    .select(['orgId', 'isEnforced', 'sessionMinutes', 'tokenDays'])
    .where('orgId', '=', orgId)
    .executeTakeFirst()
  return row ?? null
}

export async function upsertPolicy(tx: Tx, policy: PolicyRow, now: Date): Promise<void> {
  const { orgId, ...values } = { ...policy, updatedAt: now }
  await tx
    .insertInto('federation.policies')
    .values({ orgId, ...values })
    .onConflict((conflict) => conflict.column('orgId').doUpdateSet(values))
    .execute()
}

export async function listExemptIds(db: Db | Tx, orgId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('federation.exemptions')
    .select('userId')
    .where('orgId', '=', orgId)
    .orderBy('createdAt')
    .orderBy('userId')
    .execute()
  return rows.map(({ userId }) => userId)
}

export async function replaceExempt(tx: Tx, orgId: string, userIds: readonly string[], now: Date): Promise<void> {
  await tx.deleteFrom('federation.exemptions').where('orgId', '=', orgId).execute()
  if (userIds.length === 0) return
  await tx
    .insertInto('federation.exemptions')
    .values(userIds.map((userId) => ({ orgId, userId, createdAt: now })))
    .execute()
}

/**
 * Organisations among these that demand a sign-on which this credential does not come from, or no longer freshly enough.
 * Admins who are exempt are asked for nothing. A session holds by its own sign-on; what a session made holds as long as the
 * identity is there and the person came by lately enough.
 */
export async function listUnmetOrgs(
  db: Db,
  { userId, credential, memberships }: SignOnClaim,
  now: Date,
): Promise<string[]> {
  const orgIds = memberships.map(({ accountId }) => accountId)
  const ruled = memberships.filter(({ role }) => role === 'admin').map(({ accountId }) => accountId)
  const { rows } = await sql<{ orgId: string }>`
    select p.org_id
    from federation.policies p
    where p.is_enforced and p.org_id = any(${orgIds}::text[])
      and not exists (
        select from federation.exemptions e
        where e.org_id = p.org_id and e.user_id = ${userId} and p.org_id = any(${ruled}::text[]))
      and not exists (
        select from federation.sign_ons s
        join federation.connections c on c.id = s.connection_id and c.org_id = p.org_id and c.is_enabled
        join federation.identities i on i.connection_id = c.id and i.user_id = s.user_id
        where s.kind = ${credential.kind} and s.credential_id = ${credential.id} and s.user_id = ${userId}
          and case when s.kind = 'session' then s.at > ${now}::timestamptz - make_interval(mins => p.session_minutes)
            else p.token_days is null or i.last_used_at > ${now}::timestamptz - make_interval(days => p.token_days) end)`.execute(
    db,
  )
  return rows.map((row) => row.orgId)
}
