import { OPEN_INVITATIONS_MAX, refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { GroupMembership, Role } from '../../../kit/http/actor.js'
import type { NewLetter } from '../../../kit/mail/mail.js'
import { hashSecret, makeLinkSecret } from '../../accounts/index.js'
import { invitationLetter } from '../letters/invitation-letters.js'
import {
  countLettersOf,
  countOpenInvitations,
  insertInvitations,
  type InvitationRow,
  type NewInvitationRow,
  renewInvitation,
  revokeInvitationRow,
} from '../queries/invitations.js'
import type { InviteDeps } from './invite-deps.js'
import { actionOf, chainOf, type Place } from './place.js'

const DAY_MS = 24 * 3_600_000
/** Of one person, over all places. */
const LETTERS_A_DAY_MAX = 10_000

/** One person, or whoever has the link. */
export interface Invited {
  readonly email: string | null
  readonly name: string | null
  readonly role: Role | null
  readonly groups: readonly GroupMembership[]
  readonly isLetter: boolean
  readonly maxUses: number
  readonly expiresInDays: number
}

export interface MadeInvitation {
  readonly row: NewInvitationRow
  readonly url: string
}

/**
 * Invites, on the record. An invitation whose letter may not be written now is left out. Throws `InvitationLimit`.
 * `byId` is null when the platform itself answers to an address.
 */
export async function invite(
  tx: Tx,
  deps: InviteDeps,
  place: Place,
  invited: readonly Invited[],
  by: { readonly id: string; readonly name: string } | null,
  writeLetter: typeof invitationLetter = invitationLetter,
): Promise<MadeInvitation[]> {
  const now = deps.clock.now()
  if ((await countOpenInvitations(tx, place.orgId, now)) + invited.length > OPEN_INVITATIONS_MAX)
    throw refuse('InvitationLimit')
  await refuseFlood(tx, deps, invited, by)
  const batchId = deps.ids.next()
  const made = invited.map((one, index) => makeOne(deps, place, one, { now, batchId, byId: by?.id ?? null, index }))
  const host = new URL(deps.publicUrl()).host
  const letters = made.flatMap(({ row, url }, index): NewLetter[] => {
    const to = invited[index]?.email
    if (!row.isLetter || !to) return []
    const { id, expiresAt } = row
    return [writeLetter({ id, to, url, expiresAt, inviter: by?.name ?? null, org: place.name, host })]
  })
  const posted = new Set((await deps.mail.post(tx, letters)).map((letter) => letter.about))
  const kept = made.filter(({ row }) => !row.isLetter || posted.has(row.id))
  if (kept.length === 0) return []
  await insertInvitations(
    tx,
    kept.map(({ row }) => row),
  )
  const [first] = kept
  const after = kept.length === 1 && first ? factsOf(first.row) : { ids: kept.map(({ row }) => row.id) }
  await deps.audit.record(tx, {
    chain: chainOf(place),
    action: actionOf(place, 'invite_user'),
    target: { type: kept.length === 1 ? 'invitation' : 'invitation_batch', id: batchId },
    after: { ...after, count: kept.length },
  })
  return kept
}

/** Whoever may make organisations without end may not write to strangers without end. */
async function refuseFlood(
  tx: Tx,
  deps: InviteDeps,
  invited: readonly Invited[],
  by: { readonly id: string } | null,
): Promise<void> {
  const letters = invited.filter(({ isLetter }) => isLetter).length
  if (by === null || letters === 0) return
  const since = new Date(deps.clock.now().getTime() - DAY_MS)
  if ((await countLettersOf(tx, by.id, since)) + letters > LETTERS_A_DAY_MAX)
    throw refuse('InvitationLimit', `You invited ${LETTERS_A_DAY_MAX} people by letter today. Go on tomorrow.`)
}

interface Making {
  readonly now: Date
  readonly batchId: string
  readonly byId: string | null
  readonly index: number
}

function makeOne(deps: InviteDeps, place: Place, one: Invited, making: Making): MadeInvitation {
  const { now, batchId, byId, index } = making
  const { email, name, role, groups, isLetter, maxUses, expiresInDays } = one
  const id = index === 0 ? batchId : deps.ids.next()
  const secret = makeLinkSecret()
  const row = {
    ...{ id, batchId, orgId: place.orgId, role, groups, isLetter },
    emailHash: email === null ? null : deps.book.hash(email),
    emailSealed: email === null ? null : deps.book.seal(id, 'email', email),
    nameSealed: name === null ? null : deps.book.seal(id, 'name', name),
    // A link that somebody was shown proves nothing about who uses it.
    provesAddress: isLetter && email !== null,
    secretHash: hashSecret(secret),
    // An invitation for one person works once.
    maxUses: email === null ? maxUses : 1,
    invitedBy: byId,
    createdAt: now,
    expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS),
  }
  return { row, url: linkOf(deps, secret) }
}

const linkOf = (deps: InviteDeps, secret: string): string => `${deps.publicUrl()}/join/invitation#${secret}`

function factsOf({ role, groups, isLetter, maxUses, expiresAt, emailHash }: NewInvitationRow) {
  return {
    role,
    groups: groups.map((group) => ({ ...group })),
    isLetter,
    maxUses,
    expiresAt,
    isForOne: emailHash !== null,
  }
}

/** Writes again with a new link; the old one stops. Throws `NotFound` for one that ended or was no letter, `LetterLimit`. */
export async function resend(
  tx: Tx,
  deps: InviteDeps,
  place: Place,
  row: InvitationRow,
  by: { readonly id: string; readonly name: string },
): Promise<void> {
  const now = deps.clock.now()
  const to = deps.book.open(row.id, 'email', row.emailSealed)
  if (!row.isLetter || to === null) throw refuse('NotFound')
  const secret = makeLinkSecret()
  const lifeMs = row.expiresAt.getTime() - row.createdAt.getTime()
  const expiresAt = new Date(now.getTime() + lifeMs)
  const change = { secretHash: hashSecret(secret), expiresAt, now }
  if (!(await renewInvitation(tx, row.id, change))) throw refuse('NotFound')
  await deps.mail.withdraw(tx, [row.id])
  const { host } = new URL(deps.publicUrl())
  const url = linkOf(deps, secret)
  const letter = invitationLetter({ id: row.id, to, url, expiresAt, inviter: by.name, org: place.name, host })
  if ((await deps.mail.post(tx, [letter])).length === 0) throw refuse('LetterLimit')
  await record(tx, deps, place, { verb: 'invite.resend', id: row.id })
}

/** Takes an invitation back. Throws `NotFound`. */
export async function revoke(tx: Tx, deps: InviteDeps, place: Place, id: string): Promise<void> {
  if (!(await revokeInvitationRow(tx, place.orgId, id, deps.clock.now()))) throw refuse('NotFound')
  await deps.mail.withdraw(tx, [id])
  await record(tx, deps, place, { verb: 'invite.revoke', id })
}

function record(tx: Tx, deps: InviteDeps, place: Place, event: { verb: string; id: string }): Promise<void> {
  const target = { type: 'invitation', id: event.id }
  return deps.audit.record(tx, { chain: chainOf(place), action: actionOf(place, event.verb), target })
}
