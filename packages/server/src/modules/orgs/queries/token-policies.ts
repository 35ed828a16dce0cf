import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type DecisionState, OPEN_POLICY, type TokenKind, type TokenPolicy } from '../orgs/token-policy.js'

export interface TokenPolicyRow extends TokenPolicy {
  readonly orgId: string
  readonly ipRanges: readonly string[]
  /** The ranges count; else they are only written down. */
  readonly enforcesIpRanges: boolean
}

const COLUMNS = ['orgId', 'kinds', 'needsApproval', 'maxAgeDays', 'ipRanges', 'enforcesIpRanges'] as const

export async function findTokenPolicy(db: Db | Tx, orgId: string): Promise<TokenPolicyRow> {
  const row = await db
    .selectFrom('accounts.tokenPolicies')
    .select(COLUMNS)
    .where('orgId', '=', orgId)
    .executeTakeFirst()
  if (!row) return { ...OPEN_POLICY, orgId, ipRanges: [], enforcesIpRanges: false }
  return { ...row, kinds: row.kinds as TokenKind[] }
}

export async function upsertTokenPolicy(tx: Tx, policy: TokenPolicyRow, now: Date): Promise<void> {
  const { orgId, ...rest } = policy
  const facts = { ...rest, kinds: [...policy.kinds], ipRanges: [...policy.ipRanges], updatedAt: now }
  await tx
    .insertInto('accounts.tokenPolicies')
    .values({ orgId, ...facts })
    .onConflict((conflict) => conflict.column('orgId').doUpdateSet(facts))
    .execute()
}

/** What an organisation holds against a credential. */
export interface PolicyOver {
  readonly orgId: string
  readonly name: string
  readonly policy: TokenPolicy
  readonly decided: DecisionState | null
  /** Networks it is reached from; null for all. */
  readonly ipRanges: readonly string[] | null
}

/**
 * Policies of, and decisions on a token by, every organisation a person belongs to or has opened; of all organisations for those
 * who run the platform.
 */
export async function listPoliciesOver(
  db: Db | Tx,
  userId: string,
  approvalId: string,
  now: Date,
): Promise<PolicyOver[]> {
  const { rows } = await sql<{
    orgId: string
    name: string
    kinds: TokenKind[] | null
    needsApproval: boolean | null
    maxAgeDays: number | null
    ipRanges: string[] | null
    enforcesIpRanges: boolean | null
    state: DecisionState | null
  }>`
    select a.id as org_id, a.name, p.kinds, p.needs_approval, p.max_age_days, p.ip_ranges, p.enforces_ip_ranges, d.state
    from accounts.accounts a
    left join accounts.token_policies p on p.org_id = a.id
    left join accounts.token_decisions d on d.org_id = a.id and d.token_id = ${approvalId}
    where (p.org_id is not null or d.state is not null) and a.kind = 'org' and (
      a.id in (select org_id from accounts.memberships where user_id = ${userId})
      or a.id in (select org_id from accounts.break_glass where user_id = ${userId} and expires_at > ${now})
      or exists (select from accounts.users where account_id = ${userId} and is_admin))`.execute(db)
  return rows.map(({ orgId, name, kinds, needsApproval, maxAgeDays, ipRanges, enforcesIpRanges, state }) => ({
    orgId,
    name,
    policy: kinds === null ? OPEN_POLICY : { kinds, needsApproval: needsApproval === true, maxAgeDays },
    decided: state,
    ipRanges: enforcesIpRanges ? ipRanges : null,
  }))
}

export interface DecisionRow {
  readonly orgId: string
  readonly tokenId: string
  readonly userId: string
  readonly state: DecisionState
  readonly decidedBy: string | null
  readonly decidedAt: Date
}

export async function listDecisions(
  db: Db | Tx,
  orgId: string,
  tokenIds: readonly string[],
): Promise<Map<string, DecisionState>> {
  if (tokenIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('accounts.tokenDecisions')
    .select(['tokenId', 'state'])
    .where('orgId', '=', orgId)
    .where('tokenId', 'in', [...tokenIds])
    .execute()
  return new Map(rows.map(({ tokenId, state }) => [tokenId, state as DecisionState]))
}

export async function upsertDecision(tx: Tx, decision: DecisionRow): Promise<void> {
  const { orgId: _, tokenId: __, ...facts } = decision
  await tx
    .insertInto('accounts.tokenDecisions')
    .values(decision)
    .onConflict((conflict) => conflict.columns(['orgId', 'tokenId']).doUpdateSet(facts))
    .execute()
}

/** Forgets what was decided about a token that is no more. */
export async function deleteDecisionsOn(tx: Tx, tokenId: string): Promise<void> {
  await tx.deleteFrom('accounts.tokenDecisions').where('tokenId', '=', tokenId).execute()
}

/** What was approved has to be approved again; what was denied or revoked stays so. */
export async function deleteApprovalsOf(tx: Tx, tokenId: string): Promise<void> {
  await tx
    .deleteFrom('accounts.tokenDecisions')
    .where('tokenId', '=', tokenId)
    .where('state', '=', 'approved')
    .execute()
}

/** Forgets what an organisation decided about tokens of somebody who is no member any more. */
export async function deleteDecisionsIn(tx: Tx, orgId: string, userId: string): Promise<void> {
  await tx.deleteFrom('accounts.tokenDecisions').where('orgId', '=', orgId).where('userId', '=', userId).execute()
}

/** A token that reaches an organisation, with whose it is. */
export interface ReachingTokenRow {
  readonly id: string
  readonly userId: string
  readonly ownerKind: 'user' | 'service'
  readonly name: string
  readonly role: TokenKind
  readonly scopes: readonly { readonly entity: { readonly name: string }; readonly permissions: readonly string[] }[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly lastUsedPrefix: string | null
}

interface ReachingPage {
  readonly after: string
  readonly limit: number
  /** Only this one. */
  readonly id?: string
  readonly now: Date
}

/** Tokens of members and service accounts that are not ended and whose scopes reach the organisation, by id. */
export async function listReachingTokens(
  db: Db | Tx,
  org: { readonly id: string; readonly name: string },
  { after, limit, id, now }: ReachingPage,
): Promise<ReachingTokenRow[]> {
  const { rows } = await sql<ReachingTokenRow>`
    select t.id, t.user_id, a.kind as owner_kind, t.name, t.role, t.scopes, t.created_at, t.expires_at, t.last_used_at,
      t.last_used_prefix
    from accounts.access_tokens t
    join accounts.memberships m on m.user_id = t.user_id and m.org_id = ${org.id}
    join accounts.accounts a on a.id = t.user_id and a.state = 'active'
    where t.id > ${after} ${id === undefined ? sql`` : sql`and t.id = ${id}`}
      and (t.expires_at is null or t.expires_at > ${now})
      and (t.role <> 'fineGrained' or exists (
        select from jsonb_array_elements(t.scopes) s
        where split_part(lower(s -> 'entity' ->> 'name'), '/', 1) = lower(${org.name})))
    order by t.id limit ${limit}`.execute(db)
  return rows
}
