import type { AccountsDeps } from './deps.js'
import type { TokenRow } from './queries/credentials.js'
import { findTokenProblem } from './authz/token-policy.js'
import { listPoliciesOver } from './list-policies-over.js'

export interface HeldBackToken {
  /** The organisation's name. */
  readonly org: string
  readonly why: 'token-policy' | 'token-revoked'
}

/** Organisations of its owner that do not let a token of a person in; the network, which is another each time, is not asked. */
export async function listHeldBack(deps: AccountsDeps, token: TokenRow): Promise<HeldBackToken[]> {
  const now = deps.clock.now()
  const traits = { kind: token.role, approvalId: token.id, bornAt: token.createdAt }
  const reached = new Set(token.scopes.map(({ entity }) => entity.name.split('/')[0]?.toLowerCase()))
  return (await listPoliciesOver(deps.db, deps, token.userId, token.id)).flatMap(({ name, policy, decided }) => {
    if (token.role === 'fineGrained' && !reached.has(name.toLowerCase())) return []
    const why = findTokenProblem(policy, traits, decided, now)
    return why === null ? [] : [{ org: name, why }]
  })
}
