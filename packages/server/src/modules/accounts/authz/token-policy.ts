import type { Barred, HeldBack } from '../../../kit/http/actor.js'
import type { IpRanges } from '../../../kit/http/ip-ranges.js'

const DAY_MS = 24 * 3_600_000

export type TokenKind = 'read' | 'write' | 'fineGrained'
export const TOKEN_KINDS: readonly TokenKind[] = ['read', 'write', 'fineGrained']

/** What an organisation asks of the credentials that reach it. */
export interface TokenPolicy {
  readonly kinds: readonly TokenKind[]
  readonly needsApproval: boolean
  readonly maxAgeDays: number | null
}

/** An organisation without a policy. */
export const OPEN_POLICY: TokenPolicy = { kinds: TOKEN_KINDS, needsApproval: false, maxAgeDays: null }

export type DecisionState = 'approved' | 'denied' | 'revoked'

/** What policies look at; null for a session, of which only the network counts. */
export interface TokenTraits {
  readonly kind: TokenKind
  /** What decisions name: the token, or what a person let an app do. Null when an admin of the organisation made it there. */
  readonly approvalId: string | null
  /** When it was made; of an app, when the person had signed in. */
  readonly bornAt: Date
}

/** Why a token is not let in, wherever it comes from; null when it is. */
export function findTokenProblem(
  policy: TokenPolicy,
  token: TokenTraits,
  decided: DecisionState | null,
  now: Date,
): Extract<HeldBack, 'token-policy' | 'token-revoked'> | null {
  if (decided === 'denied' || decided === 'revoked') return 'token-revoked'
  const { kinds, needsApproval, maxAgeDays } = policy
  if (token.approvalId !== null) {
    if (!kinds.includes(token.kind)) return 'token-policy'
    if (needsApproval && decided !== 'approved') return 'token-policy'
  }
  const isOld = maxAgeDays !== null && now.getTime() - token.bornAt.getTime() > maxAgeDays * DAY_MS
  return isOld ? 'token-policy' : null
}

/** What one organisation holds against a credential, ready to be judged request by request. */
export interface OrgLimit {
  readonly accountId: string
  readonly name: string
  readonly policy: TokenPolicy
  readonly decided: DecisionState | null
  /** Networks it is reached from; null for all. */
  readonly networks: IpRanges | null
}

/** Everything that a request with this credential is held against. */
export interface CredentialLimits {
  readonly token: TokenTraits | null
  /** Networks the token itself may be used from; null for all. */
  readonly networks: IpRanges | null
  readonly orgs: readonly OrgLimit[]
}

/** Whether the token may be used from there at all. */
export function mayBeUsedFrom({ networks }: CredentialLimits, address: string): boolean {
  return networks === null || networks.includes(address)
}

/** Organisations the credential does not reach from there, now. */
export function listBarred({ token, orgs }: CredentialLimits, address: string, now: Date): Barred[] {
  return orgs.flatMap(({ accountId, name, policy, decided, networks }) => {
    const problem = token && findTokenProblem(policy, token, decided, now)
    const why: HeldBack | null = problem ?? (networks === null || networks.includes(address) ? null : 'ip')
    return why === null ? [] : [{ accountId, name, why }]
  })
}
