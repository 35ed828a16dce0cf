import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { Role } from '../../../kit/http/actor.js'
import { hashSecret } from '../../accounts/index.js'
import { findOpenInvitation, hasUsed, type InvitationRow, takeUse } from '../queries/invitations.js'
import type { InviteDeps } from './invite-deps.js'
import { actionOf, chainOf, type Place } from './place.js'

/** An invitation that stands, with the place it leads to. */
export interface StandingInvitation {
  readonly row: InvitationRow
  readonly place: Place
  readonly fullname: string
  /** The address it is for; null for whoever has the link. */
  readonly email: string | null
  readonly inviter: string | null
}

/** What a secret stands for: one that ended, or whose inviter may no longer invite, is none. Throws `LinkInvalid`. */
export async function getInvitation(deps: InviteDeps, secret: string): Promise<StandingInvitation> {
  const row = await findOpenInvitation(deps.db, hashSecret(secret), deps.clock.now())
  if (!row) throw refuse('LinkInvalid')
  const org = row.orgId === null ? null : await deps.accounts.newcomers.findActiveOrg(deps.db, row.orgId)
  if (row.orgId !== null && org === null) throw refuse('LinkInvalid')
  const inviter = await findInviter(deps, row)
  return {
    row,
    place: { orgId: row.orgId, name: org?.name ?? null },
    fullname: org?.fullname ?? '',
    email: deps.book.open(row.id, 'email', row.emailSealed),
    inviter,
  }
}

/** Whoever was removed, or is no admin any more, leaves no door open behind them. */
async function findInviter(deps: InviteDeps, { invitedBy, orgId, role }: InvitationRow): Promise<string | null> {
  if (invitedBy === null) {
    // The platform itself answers to addresses of its domains; an organisation never does.
    if (orgId !== null || role !== null) throw refuse('LinkInvalid')
    return null
  }
  const person = await deps.accounts.people.find(deps.db, invitedBy)
  const isInCharge =
    orgId === null
      ? await deps.accounts.newcomers.isAdmin(deps.db, invitedBy)
      : (await deps.accounts.people.roleIn(deps.db, orgId, invitedBy)) === 'admin'
  if (person?.state !== 'active' || !isInCharge) throw refuse('LinkInvalid')
  return person.name
}

/** Takes a person who has an account into the organisation. Throws `LinkInvalid`, `InvitationElsewhere`, `Conflict`. */
export async function acceptInvitation(
  deps: InviteDeps,
  userId: string,
  secret: string,
): Promise<{ readonly org: string; readonly role: Role }> {
  const invitation = await getInvitation(deps, secret)
  const { place, row, email } = invitation
  const person = await deps.accounts.people.find(deps.db, userId)
  if (place.orgId === null || place.name === null || row.role === null)
    throw refuse('Conflict', 'This invitation is for people without an account, and you have one.')
  const owns = person?.isEmailVerified && person.email?.toLowerCase() === email?.toLowerCase()
  if (email !== null && !owns) throw refuse('InvitationElsewhere')
  const { orgId, name } = place
  await deps.write(async (tx) => {
    if ((await deps.accounts.people.roleIn(tx, orgId, userId)) !== null)
      throw refuse('Conflict', `You are a member of ${name} already.`)
    await enter(tx, deps, invitation, { userId, isNew: false })
  })
  return { org: name, role: row.role }
}

/** Uses an invitation up for a person and takes them in, in one transaction. Throws `LinkInvalid` when none is left. */
export async function enter(
  tx: Tx,
  deps: InviteDeps,
  { row, place }: StandingInvitation,
  { userId, isNew }: { readonly userId: string; readonly isNew: boolean },
): Promise<void> {
  if (await hasUsed(tx, row.id, userId)) throw refuse('LinkInvalid')
  if (!(await takeUse(tx, row.id, userId, deps.clock.now()))) throw refuse('LinkInvalid')
  const { orgId, role, groups, invitedBy } = { ...row, orgId: place.orgId }
  if (orgId !== null && role !== null) await deps.orgs.join(tx, { orgId, userId, role, groups, byId: invitedBy })
  await deps.audit.record(tx, {
    chain: chainOf(place),
    action: actionOf(place, orgId === null ? 'invite.accept' : 'join.invitation'),
    target: { type: 'invitation', id: row.id },
    // Whoever makes an account is nobody yet when they ask.
    ...(isNew ? { actor: { type: 'user', id: userId } as const } : {}),
    after: { userId, role },
  })
}
