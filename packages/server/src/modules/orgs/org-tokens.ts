import { type OrgTokenView, refuse } from '@stoa/contracts'
import type { Db, Tx } from '../../kit/db/database.js'
import {
  type AccountRow,
  avatarUrlOf,
  type DecisionState,
  findTokenProblem,
  listAccountRowsById,
  listMemberIds,
  listReachingTokens,
  type ReachingGrant,
  type ReachingTokenRow,
  type ReachQuery,
  type TokenPolicy,
  type TokenTraits,
} from '../accounts/index.js'
import type { OrgsDeps } from './deps.js'
import { findTokenPolicy, listDecisions, upsertDecision } from './queries/token-policies.js'

type Org = Pick<AccountRow, 'id' | 'name'>
type Standing = OrgTokenView['standing']
/** A token, or what a person let an app do: what an organisation decides about. */
type Reaching = Omit<OrgTokenView, 'owner' | 'standing' | 'isHeldBack' | 'createdAt' | 'expiresAt' | 'lastUsedAt'> & {
  readonly userId: string
  readonly traits: TokenTraits
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

interface Page {
  /** `t…` among tokens, `a…` among apps: after this one. */
  readonly cursor?: string | undefined
  readonly limit: number
  readonly standing?: Standing | undefined
}

/** Pages read to fill one page of a filtered list, at most. */
const MAX_ROUNDS = 20

/** Tokens and apps that reach an organisation, tokens first. */
export async function listOrgTokens(
  deps: OrgsDeps,
  org: Org,
  page: Page,
): Promise<{ readonly tokens: OrgTokenView[]; readonly cursor: string | null }> {
  const policy = await findTokenPolicy(deps.db, org.id)
  const found: OrgTokenView[] = []
  let cursor = page.cursor ?? 't'
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const limit = page.limit - found.length
    const read = await readReaching(deps, org, cursor, limit)
    const shown = await showAll(deps, org, policy, read)
    found.push(...shown.filter((one) => page.standing === undefined || one.standing === page.standing))
    const last = read.at(-1)
    if (read.length === limit && last) cursor = `${cursor.charAt(0)}${last.id}`
    else if (cursor.startsWith('t')) cursor = 'a'
    else return { tokens: found, cursor: null }
    if (found.length >= page.limit) break
  }
  return { tokens: found, cursor }
}

async function readReaching(deps: OrgsDeps, org: Org, cursor: string, limit: number): Promise<Reaching[]> {
  const after = cursor.slice(1)
  if (cursor.startsWith('a')) return (await listApps(deps.db, deps, org.id, { after, limit })).map(reachingApp)
  const rows = await listReachingTokens(deps.db, org, { after, limit, now: deps.clock.now() })
  return rows.map((row) => reachingToken(row, org))
}

async function listApps(db: Db | Tx, deps: OrgsDeps, orgId: string, asked: Omit<ReachQuery, 'userIds'>) {
  const userIds = await listMemberIds(db, orgId)
  return deps.accounts.organisations.listReachingApps(db, orgId, { ...asked, userIds })
}

function reachingToken(row: ReachingTokenRow, org: Org): Reaching {
  const isService = row.ownerKind === 'service'
  const own = row.scopes.filter(({ entity }) => entity.name.split('/')[0]?.toLowerCase() === org.name.toLowerCase())
  return {
    ...row,
    kind: isService ? 'service' : 'personal',
    permissions: [...new Set(own.flatMap((scope) => scope.permissions))].sort(),
    traits: { kind: row.role, approvalId: isService ? null : row.id, bornAt: row.createdAt },
  }
}

function reachingApp(grant: ReachingGrant): Reaching {
  const { id, userId, appName: name, createdAt, bornAt, lastUsedAt, lastUsedPrefix } = grant
  return {
    ...{ id, userId, name, createdAt, lastUsedAt, lastUsedPrefix, expiresAt: null },
    kind: 'app',
    role: 'fineGrained',
    permissions: [...grant.permissions],
    traits: { kind: 'fineGrained', approvalId: id, bornAt },
  }
}

async function showAll(
  deps: OrgsDeps,
  org: Org,
  policy: TokenPolicy,
  read: readonly Reaching[],
): Promise<OrgTokenView[]> {
  const owners = await listAccountRowsById(deps.db, [...new Set(read.map((one) => one.userId))])
  const byId = new Map(owners.map((owner) => [owner.id, owner]))
  const decisions = await listDecisions(
    deps.db,
    org.id,
    read.map((one) => one.id),
  )
  const now = deps.clock.now()
  return read.flatMap((one): OrgTokenView[] => {
    const owner = byId.get(one.userId)
    if (!owner) return []
    const decided = decisions.get(one.id) ?? null
    const { id, kind, name, role, permissions, lastUsedPrefix } = one
    return [
      {
        ...{ id, kind, name, role, permissions, lastUsedPrefix },
        owner: { name: owner.name, fullname: owner.fullname, avatarUrl: avatarUrlOf(owner) },
        createdAt: one.createdAt.toISOString(),
        expiresAt: one.expiresAt?.toISOString() ?? null,
        lastUsedAt: one.lastUsedAt?.toISOString() ?? null,
        standing: standingOf(policy, one.traits, decided),
        isHeldBack: findTokenProblem(policy, one.traits, decided, now) !== null,
      },
    ]
  })
}

function standingOf(policy: TokenPolicy, traits: TokenTraits, decided: DecisionState | null): Standing {
  if (decided) return decided
  return policy.needsApproval && traits.approvalId !== null ? 'pending' : 'open'
}

const VERBS: Readonly<Record<DecisionState, string>> = { approved: 'approve', denied: 'deny', revoked: 'revoke' }

/** Decides whether a token or app reaches an organisation; whose it is. Throws `NotFound` when it does not reach it. */
export async function decideToken(
  tx: Tx,
  deps: OrgsDeps,
  org: Org,
  decision: { readonly tokenId: string; readonly state: DecisionState; readonly byId: string },
): Promise<string> {
  const { tokenId, state, byId } = decision
  const now = deps.clock.now()
  const [token] = await listReachingTokens(tx, org, { after: '', limit: 1, id: tokenId, now })
  const [app] = token ? [] : await listApps(tx, deps, org.id, { limit: 1, id: tokenId })
  const found = token ?? app
  if (!found) throw refuse('NotFound')
  const { userId } = found
  await upsertDecision(tx, { orgId: org.id, tokenId, userId, state, decidedBy: byId, decidedAt: now })
  const action = `org.token_approval.${VERBS[state]}`
  const target = { type: token ? 'token' : 'oauth_grant', id: tokenId }
  await deps.audit.record(tx, { chain: org.id, action, target, after: { userId, state } })
  return userId
}
