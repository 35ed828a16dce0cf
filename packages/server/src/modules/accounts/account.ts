import type { Actor, Role } from '../../kit/http/actor.js'
import type { AccountRow } from './queries/accounts.js'

/** A user or an organisation, as other modules see it. */
export interface Account {
  readonly id: string
  readonly type: 'user' | 'org'
  readonly name: string
  readonly fullname: string
  readonly plan: string
  /** A path on this server or an absolute URL; never empty. */
  readonly avatarUrl: string
  /** New repositories are private unless asked otherwise. */
  readonly defaultPrivate: boolean
}

export function toAccount(row: AccountRow): Account {
  const { id, kind, name, fullname, plan, defaultPrivate } = row
  return {
    id,
    type: kind === 'org' ? 'org' : 'user',
    name,
    fullname,
    plan,
    avatarUrl: avatarUrlOf(row),
    defaultPrivate,
  }
}

/** The picture somebody chose, or the generated one. */
export function avatarUrlOf(account: { readonly id: string; readonly avatarUrl: string | null }): string {
  return account.avatarUrl ?? `/avatars/${account.id}.svg`
}

/**
 * The actor's role in an account: `admin` of oneself, the membership's role in an organisation, null elsewhere.
 * What the credential may do is asked of `scopeAllows`.
 */
export function roleIn(actor: Actor, accountId: string): Role | null {
  if (actor.kind === 'anonymous') return null
  if (actor.userId === accountId) return 'admin'
  return actor.memberships.find((membership) => membership.accountId === accountId)?.role ?? null
}

const STRENGTH: Record<Role, number> = { no_access: 0, read: 1, contributor: 2, write: 3, admin: 4 }

/** Whether a role is at least as strong as another; no role is weaker than all. */
export function isAtLeast(role: Role | null, needed: Role): boolean {
  return role !== null && STRENGTH[role] >= STRENGTH[needed]
}

/** Plans whose people and organisations the Hub's clients show as paying. */
export function isPro(plan: string): boolean {
  return plan !== 'free'
}
