import type { Db, Tx } from '../../../kit/db/database.js'

export async function findSetting(db: Db | Tx, key: string): Promise<unknown> {
  const row = await db.selectFrom('accounts.settings').select('value').where('key', '=', key).executeTakeFirst()
  return row?.value
}

export async function upsertSetting(tx: Tx, key: string, value: unknown, now: Date): Promise<void> {
  const json = JSON.stringify(value)
  await tx
    .insertInto('accounts.settings')
    .values({ key, value: json, updatedAt: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json, updatedAt: now }))
    .execute()
}
