import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import {
  type DecisionState,
  type HeldPolicy,
  OPEN_POLICY,
  type TokenKind,
  type TokenPolicy,
} from '../../accounts/index.js'

export interface TokenPolicyRow extends TokenPolicy {
  readonly orgId: string
  readonly ipRanges: readonly string[]
  /** The ranges count; else they are only written down. */
  readonly enforcesIpRanges: boolean
}

const COLUMNS = ['orgId', 'kinds', 'needsApproval', 'maxAgeDays', 'ipRanges', 'enforcesIpRanges'] as const

export async function findTokenPolicy(db: Db | Tx, orgId: string): Promise<TokenPolicyRow> {
  const row = await db.selectFrom('orgs.tokenPolicies').select(COLUMNS).where('orgId', '=', orgId).executeTakeFirst()
  if (!row) return { ...OPEN_POLICY, orgId, ipRanges: [], enforcesIpRanges: false }
  return { ...row, kinds: row.kinds as TokenKind[] }
}

export async function upsertTokenPolicy(tx: Tx, policy: TokenPolicyRow, now: Date): Promise<void> {
  const { orgId, ...rest } = policy
  const facts = { ...rest, kinds: [...policy.kinds], ipRanges: [...policy.ipRanges], updatedAt: now }
  await tx
    .insertInto('orgs.tokenPolicies')
    .values({ orgId, ...facts })
    .onConflict((conflict) => conflict.column('orgId').doUpdateSet(facts))
    .execute()
}

/** Policies of these organisations (null: of all) and what they decided on a token; none for whoever has neither. */
export async function listPolicies(
  db: Db | Tx,
  orgIds: readonly string[] | null,
  approvalId: string,
): Promise<HeldPolicy[]> {
  const { rows } = await sql<{
    orgId: string
    kinds: TokenKind[] | null
    needsApproval: boolean | null
    maxAgeDays: number | null
    ipRanges: string[] | null
    enforcesIpRanges: boolean | null
    state: DecisionState | null
  }>`
    select org_id, p.kinds, p.needs_approval, p.max_age_days, p.ip_ranges, p.enforces_ip_ranges, d.state
    from orgs.token_policies p
    full join (select org_id, state from orgs.token_decisions where token_id = ${approvalId}) d using (org_id)
    ${orgIds === null ? sql`` : sql`where org_id = any(${[...orgIds]}::text[])`}`.execute(db)
  return rows.map(({ orgId, kinds, needsApproval, maxAgeDays, ipRanges, enforcesIpRanges, state }) => ({
    orgId,
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
    .selectFrom('orgs.tokenDecisions')
    .select(['tokenId', 'state'])
    .where('orgId', '=', orgId)
    .where('tokenId', 'in', [...tokenIds])
    .execute()
  return new Map(rows.map(({ tokenId, state }) => [tokenId, state as DecisionState]))
}

export async function upsertDecision(tx: Tx, decision: DecisionRow): Promise<void> {
  const { orgId: _, tokenId: __, ...facts } = decision
  await tx
    .insertInto('orgs.tokenDecisions')
    .values(decision)
    .onConflict((conflict) => conflict.columns(['orgId', 'tokenId']).doUpdateSet(facts))
    .execute()
}

/** Forgets what was decided about a token that is no more. */
export async function deleteDecisionsOn(tx: Tx, tokenId: string): Promise<void> {
  await tx.deleteFrom('orgs.tokenDecisions').where('tokenId', '=', tokenId).execute()
}

/** What was approved has to be approved again; what was denied or revoked stays so. */
export async function deleteApprovalsOf(tx: Tx, tokenId: string): Promise<void> {
  await tx.deleteFrom('orgs.tokenDecisions').where('tokenId', '=', tokenId).where('state', '=', 'approved').execute()
}

/** Forgets what an organisation decided about tokens of somebody who is no member any more. */
export async function deleteDecisionsIn(tx: Tx, orgId: string, userId: string): Promise<void> {
  await tx.deleteFrom('orgs.tokenDecisions').where('orgId', '=', orgId).where('userId', '=', userId).execute()
}
