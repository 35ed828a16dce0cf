import type { Membership, Role, UserActor } from '../../kit/http/actor.js'
import type { Db } from '../../kit/db/database.js'
import { ACCOUNT_RULES, type AccountAction, can, findAccountRow } from '../accounts/index.js'
import type { OrgsDeps } from './deps.js'

interface Org {
  readonly id: string
  readonly name: string
}

/** Somebody as they are in an organisation, and as they would be with another role. */
export interface MemberPreview {
  readonly user: string
  readonly roleNow: Role | null
  readonly now: UserActor
  readonly after: UserActor
  readonly actions: readonly { readonly action: AccountAction; readonly now: boolean; readonly after: boolean }[]
}

/**
 * What a role would let somebody do, by asking `can` for an actor who has it. What they may do for the platform is left out: it
 * does not come from the organisation. Null for somebody who is not there.
 */
export async function previewMember(
  db: Db,
  deps: OrgsDeps,
  org: Org,
  { userName, role }: { readonly userName: string; readonly role: Role },
): Promise<MemberPreview | null> {
  const row = await findAccountRow(db, userName)
  if (row?.kind !== 'user' || row.state !== 'active') return null
  const memberships = await deps.accounts.organisations.listMemberships(db, row.id)
  const membership = memberships.find(({ accountId }) => accountId === org.id)
  const actorWith = (one: Membership | undefined): UserActor => ({
    kind: 'user',
    userId: row.id,
    name: row.name,
    isAdmin: false,
    memberships: one ? [one] : [],
    auth: { type: 'session', sessionId: '' },
  })
  const now = actorWith(membership)
  const after = actorWith({ accountId: org.id, name: org.name, ...membership, role })
  const actions = (Object.keys(ACCOUNT_RULES) as AccountAction[]).map((action) => {
    const may = (actor: UserActor): boolean => can(actor, action, { id: org.id, type: 'org', name: org.name }).allow
    return { action, now: may(now), after: may(after) }
  })
  return { user: row.name, roleNow: membership?.role ?? null, now, after, actions }
}
