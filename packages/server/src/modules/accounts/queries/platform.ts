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

export interface OauthAppRow {
  readonly id: string
  readonly clientId: string
  readonly secretHash: string | null
  readonly isPublic: boolean
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly autoApprove: boolean
}

const APP_COLUMNS = ['id', 'clientId', 'secretHash', 'isPublic', 'redirectUris', 'scopes', 'autoApprove'] as const

export async function findOauthApp(db: Db | Tx, clientId: string): Promise<OauthAppRow | null> {
  const row = await db
    .selectFrom('accounts.oauthApps')
    .select(APP_COLUMNS)
    .where('clientId', '=', clientId)
    .executeTakeFirst()
  return row ?? null
}

export async function listOauthApps(db: Db | Tx): Promise<OauthAppRow[]> {
  return db.selectFrom('accounts.oauthApps').select(APP_COLUMNS).orderBy('clientId').execute()
}

export async function upsertOauthApp(tx: Tx, app: OauthAppRow, now: Date): Promise<void> {
  const values = { ...app, redirectUris: [...app.redirectUris], scopes: [...app.scopes], updatedAt: now }
  const { id: _, clientId: __, ...changeable } = values
  await tx
    .insertInto('accounts.oauthApps')
    .values({ ...values, createdAt: now })
    .onConflict((conflict) => conflict.column('clientId').doUpdateSet(changeable))
    .execute()
}

export async function deleteOauthApp(tx: Tx, clientId: string): Promise<boolean> {
  const result = await tx.deleteFrom('accounts.oauthApps').where('clientId', '=', clientId).executeTakeFirst()
  return result.numDeletedRows > 0n
}
