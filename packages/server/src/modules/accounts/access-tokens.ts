import { refuse } from '@stoa/contracts'
import { personal } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import type { TokenScope } from '../../kit/http/actor.js'
import type { AccountsDeps } from './deps.js'
import {
  deleteToken,
  deleteTokensByHash,
  findTokenById,
  findTokenByName,
  insertToken,
  listTokenRows,
  type TokenRow,
  updateToken,
} from './queries/credentials.js'
import { findAccountRowById } from './queries/accounts.js'
import { listPoliciesOver } from './list-policies-over.js'
import { hashSecret, makeTokenSecret } from './token-secret.js'

export const MAX_TOKENS = 200
/** Characters of a secret that lists show. */
export const HINT_LENGTH = 4

type KnownToken = Pick<TokenRow, 'id' | 'userId' | 'name' | 'role' | 'scopes' | 'expiresAt' | 'ipRanges'>

/** Records what became of a token in its owner's chain. */
export async function recordToken(tx: Tx, deps: AccountsDeps, token: KnownToken, action: string): Promise<void> {
  const { id, userId, name, role, scopes, expiresAt, ipRanges } = token
  const facts = {
    role,
    expiresAt,
    ipRanges: ipRanges.map((range) => personal(userId, range)),
    scopes: scopes.map((scope) => personal(userId, JSON.stringify(scope))),
  }
  const target = { type: 'token', id, name: personal(userId, name) }
  const change = action === 'auth.token.revoke' ? { before: facts } : { after: facts }
  await deps.audit.record(tx, { chain: userId, action, target, ...change })
}

/** Tells every organisation that has to approve the token that it waits. */
async function recordRequests(tx: Tx, deps: AccountsDeps, token: TokenRow): Promise<void> {
  const user = await findAccountRowById(tx, token.userId)
  if (user?.kind === 'service') return
  const reached = new Set(token.scopes.map(({ entity }) => entity.name.split('/')[0]?.toLowerCase()))
  for (const { orgId, name, policy } of await listPoliciesOver(tx, deps, token.userId, token.id)) {
    if (!policy.needsApproval || (token.role === 'fineGrained' && !reached.has(name.toLowerCase()))) continue
    const target = { type: 'token', id: token.id }
    const after = { userId: token.userId, role: token.role }
    await deps.audit.record(tx, { chain: orgId, action: 'org.token_approval.request', target, after })
  }
}

/** Revokes one token of a user; false when it is not theirs. */
export async function revokeToken(tx: Tx, deps: AccountsDeps, userId: string, tokenId: string): Promise<boolean> {
  const token = await findTokenById(tx, tokenId)
  if (!token || !(await deleteToken(tx, userId, tokenId))) return false
  await deps.orgSource().forgetToken(tx, tokenId)
  await recordToken(tx, deps, token, 'auth.token.revoke')
  return true
}

/** Revokes tokens whose secrets were found; the users they belonged to. */
export async function revokeLeaked(tx: Tx, deps: AccountsDeps, secrets: readonly string[]): Promise<string[]> {
  const tokens = await deleteTokensByHash(tx, secrets.map(hashSecret))
  for (const token of tokens) await recordToken(tx, deps, token, 'auth.token.revoke')
  const userIds = await deps.tokenSource().revokeLeaked(tx, secrets.map(hashSecret))
  return [...tokens.map((token) => token.userId), ...userIds]
}

export interface NewToken {
  readonly userId: string
  readonly name: string
  readonly role: TokenRow['role']
  readonly scopes?: readonly TokenScope[] | undefined
  readonly expiresAt: Date | null
  /** Networks it may be used from; none for everywhere. */
  readonly ipRanges?: readonly string[] | undefined
  /** A literal secret; only a lenient manifest gives one. */
  readonly secret?: string | undefined
}

/** Makes an access token. The secret is in the answer and nowhere else. Throws `TokenNameTaken`, `TokenLimit`. */
export async function createAccessToken(
  tx: Tx,
  deps: AccountsDeps,
  token: NewToken,
): Promise<{ readonly token: TokenRow; readonly secret: string }> {
  const { userId, name, role } = token
  if (await findTokenByName(tx, userId, name)) throw refuse('TokenNameTaken')
  if ((await listTokenRows(tx, userId)).length >= MAX_TOKENS) throw refuse('TokenLimit')
  const secret = token.secret ?? makeTokenSecret()
  const row: TokenRow = {
    id: deps.ids.next(),
    userId,
    name,
    role,
    scopes: role === 'fineGrained' ? (token.scopes ?? []) : [],
    hint: secret.slice(-HINT_LENGTH),
    createdAt: deps.clock.now(),
    expiresAt: token.expiresAt,
    ipRanges: [...new Set(token.ipRanges ?? [])],
    lastUsedAt: null,
    lastUsedPrefix: null,
  }
  const { lastUsedAt: _, lastUsedPrefix: __, ...stored } = row
  await insertToken(tx, { ...stored, secretHash: hashSecret(secret) })
  await recordToken(tx, deps, row, 'auth.token.create')
  await recordRequests(tx, deps, row)
  return { token: row, secret }
}

/** Changes from where a token may be used; null when it is not the user's. */
export async function changeTokenNetworks(
  tx: Tx,
  deps: AccountsDeps,
  change: { readonly userId: string; readonly tokenId: string; readonly ipRanges: readonly string[] },
): Promise<TokenRow | null> {
  const token = await findTokenById(tx, change.tokenId)
  if (token?.userId !== change.userId) return null
  const after = { ...token, ipRanges: [...new Set(change.ipRanges)] }
  await updateToken(tx, token.id, after)
  await recordToken(tx, deps, after, 'auth.token.update')
  return after
}
