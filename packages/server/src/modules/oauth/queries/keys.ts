import type { Db, Tx } from '../../../kit/db/database.js'

export interface OauthKeyRow {
  readonly generation: number
  readonly kid: string
  readonly publicJwk: Readonly<Record<string, string>>
  readonly privateSealed: string
  readonly createdAt: Date
  readonly activeFrom: Date
}

/** Oldest first. */
export async function listKeys(db: Db | Tx): Promise<OauthKeyRow[]> {
  const rows = await db.selectFrom('oauth.keys').selectAll().orderBy('generation').execute()
  return rows.map((row) => ({ ...row, publicJwk: row.publicJwk as OauthKeyRow['publicJwk'] }))
}

/** Adds the next key; does nothing when another process did. */
export async function insertKey(tx: Tx, key: OauthKeyRow): Promise<void> {
  await tx
    .insertInto('oauth.keys')
    .values({ ...key, publicJwk: JSON.stringify(key.publicJwk) })
    .onConflict((conflict) => conflict.column('generation').doNothing())
    .execute()
}

export async function deleteKeysBefore(tx: Tx, generation: number): Promise<void> {
  await tx.deleteFrom('oauth.keys').where('generation', '<', generation).execute()
}
