import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { PlatformDuty } from '../../../kit/http/actor.js'

/** What somebody is for the platform, beside being its owner. */
export interface Standing {
  readonly duties: readonly PlatformDuty[]
  /** Organisations opened in an emergency, until now not closed again. */
  readonly brokenGlass: readonly string[]
}

export async function findStanding(db: Db | Tx, userId: string, now: Date): Promise<Standing> {
  const { rows } = await sql<{ duties: PlatformDuty[]; brokenGlass: string[] }>`
    select
      array(select duty from accounts.platform_duties where user_id = ${userId} order by duty) as duties,
      array(select distinct org_id from accounts.break_glass
            where user_id = ${userId} and expires_at > ${now}) as broken_glass`.execute(db)
  return rows[0] ?? { duties: [], brokenGlass: [] }
}

/** Organisations somebody belongs to or has opened; who runs the platform reaches all. */
export async function findReach(
  db: Db | Tx,
  userId: string,
  now: Date,
): Promise<{ readonly isAdmin: boolean; readonly orgIds: readonly string[] }> {
  const { rows } = await sql<{ isAdmin: boolean; orgIds: string[] }>`
    select
      exists (select from accounts.users where account_id = ${userId} and is_admin) as is_admin,
      array(select org_id from accounts.memberships where user_id = ${userId}
            union
            select org_id from accounts.break_glass
            where user_id = ${userId} and expires_at > ${now}) as org_ids`.execute(db)
  return rows[0] ?? { isAdmin: false, orgIds: [] }
}

export async function listDuties(db: Db | Tx, userIds: readonly string[]): Promise<Map<string, PlatformDuty[]>> {
  const found = new Map<string, PlatformDuty[]>()
  if (userIds.length === 0) return found
  const rows = await db
    .selectFrom('accounts.platformDuties')
    .select(['userId', 'duty'])
    .where('userId', 'in', [...userIds])
    .orderBy('duty')
    .execute()
  for (const { userId, duty } of rows) found.set(userId, [...(found.get(userId) ?? []), duty as PlatformDuty])
  return found
}

/** Makes these the duties of a user; `owner` is kept elsewhere and is none of them. */
export async function replaceDuties(
  tx: Tx,
  userId: string,
  duties: readonly PlatformDuty[],
  granted: { readonly by: string | null; readonly at: Date },
): Promise<void> {
  await tx.deleteFrom('accounts.platformDuties').where('userId', '=', userId).execute()
  if (duties.length === 0) return
  await tx
    .insertInto('accounts.platformDuties')
    .values(duties.map((duty) => ({ userId, duty, grantedBy: granted.by, createdAt: granted.at })))
    .execute()
}

export interface OpeningRow {
  readonly id: string
  readonly userId: string
  readonly orgId: string
  readonly reason: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertOpening(tx: Tx, opening: OpeningRow): Promise<void> {
  await tx.insertInto('accounts.breakGlass').values(opening).execute()
}

export interface NamedOpening extends OpeningRow {
  readonly userName: string
  readonly orgName: string
}

/** When an organisation was opened, null: any; latest first. */
export async function listOpenings(db: Db | Tx, orgId: string | null, limit: number): Promise<NamedOpening[]> {
  const rows = db
    .selectFrom('accounts.breakGlass as b')
    .innerJoin('accounts.accounts as a', 'a.id', 'b.userId')
    .innerJoin('accounts.accounts as o', 'o.id', 'b.orgId')
    .select(['b.id', 'b.userId', 'b.orgId', 'b.reason', 'b.createdAt', 'b.expiresAt'])
    .select(['a.name as userName', 'o.name as orgName'])
    .orderBy('b.createdAt', 'desc')
    .limit(limit)
  return (orgId === null ? rows : rows.where('b.orgId', '=', orgId)).execute()
}
