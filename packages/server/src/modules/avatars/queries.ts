import type { Db, Tx } from '../../kit/db/database.js'

export interface PictureRow {
  readonly accountId: string
  readonly file: string
  readonly sizeBytes: bigint
  readonly createdAt: Date
}

/** The file of an account's picture; null without one. */
export async function findFile(db: Db | Tx, accountId: string): Promise<string | null> {
  const row = await db
    .selectFrom('avatars.pictures')
    .select('file')
    .where('accountId', '=', accountId)
    .executeTakeFirst()
  return row?.file ?? null
}

export async function upsertPicture(tx: Tx, picture: PictureRow): Promise<void> {
  const { accountId, ...facts } = picture
  await tx
    .insertInto('avatars.pictures')
    .values({ accountId, ...facts })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet(facts))
    .execute()
}

export async function deletePicture(tx: Tx, accountId: string): Promise<void> {
  await tx.deleteFrom('avatars.pictures').where('accountId', '=', accountId).execute()
}

/** Accounts with a picture, by id, behind `after`. */
export async function listPictured(db: Db, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('avatars.pictures')
    .select('accountId')
    .where('accountId', '>', after)
    .orderBy('accountId')
    .limit(limit)
    .execute()
  return rows.map((row) => row.accountId)
}
