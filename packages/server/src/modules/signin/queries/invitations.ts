import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { GroupMembership, Role } from '../../../kit/http/actor.js'

export interface InvitationRow {
  readonly id: string
  readonly batchId: string
  /** Null is the platform. */
  readonly orgId: string | null
  readonly role: Role | null
  readonly groups: readonly GroupMembership[]
  readonly emailSealed: Buffer | null
  readonly nameSealed: Buffer | null
  readonly isLetter: boolean
  readonly provesAddress: boolean
  readonly maxUses: number
  readonly uses: number
  readonly invitedBy: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

const COLUMNS = [
  'id',
  'batchId',
  'orgId',
  'role',
  'groups',
  'emailSealed',
  'nameSealed',
  'isLetter',
  'provesAddress',
  'maxUses',
  'uses',
  'invitedBy',
  'createdAt',
  'expiresAt',
  'revokedAt',
] as const

type SelectedRow = Omit<InvitationRow, 'role' | 'groups'> & { readonly role: string | null; readonly groups: unknown }
const toRow = (row: SelectedRow): InvitationRow => ({
  ...row,
  role: row.role as Role | null,
  groups: row.groups as GroupMembership[],
})

export type NewInvitationRow = Omit<InvitationRow, 'uses' | 'revokedAt'> & {
  readonly secretHash: string
  readonly emailHash: Buffer | null
}

export async function insertInvitations(tx: Tx, rows: readonly NewInvitationRow[]): Promise<void> {
  await tx
    .insertInto('signin.invitations')
    .values(rows.map((row) => ({ ...row, groups: JSON.stringify(row.groups) })))
    .execute()
}

const isPlace = (orgId: string | null) =>
  orgId === null ? sql<boolean>`org_id is null` : sql<boolean>`org_id = ${orgId}`
const isOpen = (now: Date) => sql<boolean>`revoked_at is null and uses < max_uses and expires_at > ${now}`

/** An invitation that can still be accepted. */
export async function findOpenInvitation(db: Db | Tx, secretHash: string, now: Date): Promise<InvitationRow | null> {
  const row = await db
    .selectFrom('signin.invitations')
    .select(COLUMNS)
    .where('secretHash', '=', secretHash)
    .where(isOpen(now))
    .executeTakeFirst()
  return row ? toRow(row) : null
}

/** One of a place, in whatever state. */
export async function findInvitation(db: Db | Tx, orgId: string | null, id: string): Promise<InvitationRow | null> {
  const row = await db
    .selectFrom('signin.invitations')
    .select(COLUMNS)
    .where('id', '=', id)
    .where(isPlace(orgId))
    .executeTakeFirst()
  return row ? toRow(row) : null
}

/** Newest first. Ids sort by time. */
export async function listInvitationRows(
  db: Db | Tx,
  page: {
    readonly orgId: string | null
    readonly isOpen: boolean
    readonly before?: string | undefined
    readonly limit: number
    readonly now: Date
  },
): Promise<InvitationRow[]> {
  let query = db.selectFrom('signin.invitations').select(COLUMNS).where(isPlace(page.orgId))
  if (page.isOpen) query = query.where(isOpen(page.now))
  if (page.before !== undefined) query = query.where('id', '<', page.before)
  return (await query.orderBy('id', 'desc').limit(page.limit).execute()).map(toRow)
}

export async function countOpenInvitations(db: Db | Tx, orgId: string | null, now: Date): Promise<number> {
  const row = await db
    .selectFrom('signin.invitations')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where(isPlace(orgId))
    .where(isOpen(now))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Letters of invitation somebody caused since then, to whatever place, revoked ones too. */
export async function countLettersOf(db: Db | Tx, inviterId: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom('signin.invitations')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('invitedBy', '=', inviterId)
    .where('isLetter', '=', true)
    .where('createdAt', '>', since)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Which of these addresses (hex of the keyed hash) have an open invitation to a place. */
export async function listInvitedHashes(
  db: Db | Tx,
  orgId: string | null,
  hashes: readonly Buffer[],
  now: Date,
): Promise<Set<string>> {
  if (hashes.length === 0) return new Set()
  const rows = await db
    .selectFrom('signin.invitations')
    .select('emailHash')
    .where(isPlace(orgId))
    .where(isOpen(now))
    .where('emailHash', 'in', [...hashes])
    .execute()
  return new Set(rows.flatMap((row) => (row.emailHash ? [row.emailHash.toString('hex')] : [])))
}

/** Takes one use of an invitation; false when none is left or it ended. The address is forgotten with the last. */
export async function takeUse(tx: Tx, id: string, userId: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('signin.invitations')
    .set({ uses: sql`uses + 1` })
    .where('id', '=', id)
    .where(isOpen(now))
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) return false
  await tx.insertInto('signin.invitationUses').values({ invitationId: id, userId, usedAt: now }).execute()
  await tx
    .updateTable('signin.invitations')
    .set({ emailHash: null, emailSealed: null, nameSealed: null })
    .where('id', '=', id)
    .where(sql<boolean>`uses >= max_uses`)
    .execute()
  return true
}

export async function hasUsed(db: Db | Tx, id: string, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('signin.invitationUses')
    .select('userId')
    .where('invitationId', '=', id)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row !== undefined
}

/** Who accepted, by invitation, first come first; `limit` of each. */
export async function listUses(db: Db | Tx, ids: readonly string[], limit: number): Promise<Map<string, string[]>> {
  const users = new Map<string, string[]>()
  if (ids.length === 0) return users
  const rows = await db
    .selectFrom('signin.invitationUses')
    .select(['invitationId', 'userId'])
    .where('invitationId', 'in', [...ids])
    .orderBy('usedAt')
    .limit(ids.length * limit)
    .execute()
  for (const { invitationId, userId } of rows) {
    const known = users.get(invitationId) ?? []
    if (known.length < limit) users.set(invitationId, [...known, userId])
  }
  return users
}

/** Another link for an open invitation; false when it ended. */
export async function renewInvitation(
  tx: Tx,
  id: string,
  change: { readonly secretHash: string; readonly expiresAt: Date; readonly now: Date },
): Promise<boolean> {
  const { secretHash, expiresAt } = change
  const result = await tx
    .updateTable('signin.invitations')
    .set({ secretHash, expiresAt })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .where(sql<boolean>`uses < max_uses`)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** False when it was revoked before, or is of another place. */
export async function revokeInvitationRow(tx: Tx, orgId: string | null, id: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('signin.invitations')
    .set({ revokedAt: now })
    .where('id', '=', id)
    .where(isPlace(orgId))
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Removes what ended before then; addresses go with it. */
export async function deleteEndedInvitations(tx: Tx, endedBefore: Date): Promise<void> {
  await tx
    .deleteFrom('signin.invitations')
    .where((eb) => eb.or([eb('expiresAt', '<', endedBefore), eb('revokedAt', '<', endedBefore)]))
    .execute()
}
