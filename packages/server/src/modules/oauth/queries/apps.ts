import type { Db, Tx } from '../../../kit/db/database.js'

/** A program that signs people in with this platform. */
export interface OauthAppRow {
  readonly id: string
  readonly clientId: string
  /** Empty: shown by its client id. */
  readonly name: string
  readonly homepage: string | null
  readonly origin: 'built_in' | 'manifest' | 'person' | 'registered'
  readonly ownerId: string | null
  readonly secretHash: string | null
  readonly isPublic: boolean
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly autoApprove: boolean
}

const APP_COLUMNS = [
  'id',
  'clientId',
  'name',
  'homepage',
  'origin',
  'ownerId',
  'secretHash',
  'isPublic',
  'redirectUris',
  'scopes',
  'autoApprove',
] as const

type Selected = Omit<OauthAppRow, 'origin'> & { readonly origin: string }
/** The table's check keeps `origin` in these words. */
const toApp = <T extends Selected>(row: T) => row as T & OauthAppRow

export async function findOauthApp(db: Db | Tx, clientId: string): Promise<OauthAppRow | null> {
  const row = await db.selectFrom('oauth.apps').select(APP_COLUMNS).where('clientId', '=', clientId).executeTakeFirst()
  return row ? toApp(row) : null
}

export async function getOauthAppById(db: Db | Tx, id: string): Promise<OauthAppRow> {
  const row = await db.selectFrom('oauth.apps').select(APP_COLUMNS).where('id', '=', id).executeTakeFirstOrThrow()
  return toApp(row)
}

/** Apps of manifests, by client id; for the export. */
export async function listManifestApps(db: Db | Tx): Promise<OauthAppRow[]> {
  const rows = await db
    .selectFrom('oauth.apps')
    .select(APP_COLUMNS)
    .where('origin', '=', 'manifest')
    .orderBy('clientId')
    .execute()
  return rows.map(toApp)
}

export async function listAppsOf(
  db: Db | Tx,
  ownerId: string,
): Promise<(OauthAppRow & { readonly createdAt: Date })[]> {
  const rows = await db
    .selectFrom('oauth.apps')
    .select([...APP_COLUMNS, 'createdAt'])
    .where('ownerId', '=', ownerId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(toApp)
}

export async function countRegisteredApps(db: Db | Tx): Promise<number> {
  const row = await db
    .selectFrom('oauth.apps')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('origin', '=', 'registered')
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function upsertOauthApp(tx: Tx, app: OauthAppRow, now: Date): Promise<void> {
  const values = { ...app, redirectUris: [...app.redirectUris], scopes: [...app.scopes], updatedAt: now }
  const { id: _, clientId: __, ...changeable } = values
  await tx
    .insertInto('oauth.apps')
    .values({ ...values, createdAt: now })
    .onConflict((conflict) => conflict.column('clientId').doUpdateSet(changeable))
    .execute()
}

/** Removes an app with everything it was let do. */
export async function deleteOauthApp(tx: Tx, clientId: string): Promise<boolean> {
  const result = await tx.deleteFrom('oauth.apps').where('clientId', '=', clientId).executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Apps that made themselves known and that nobody let in since; their ids. */
export async function deleteUnusedRegisteredApps(tx: Tx, before: Date, limit: number): Promise<string[]> {
  const rows = await tx
    .deleteFrom('oauth.apps')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('oauth.apps as app')
        .select('app.id')
        .where('app.origin', '=', 'registered')
        .where('app.createdAt', '<', before)
        .where((inner) =>
          inner.not(
            inner.exists(inner.selectFrom('oauth.grants as g').select('g.id').whereRef('g.appId', '=', 'app.id')),
          ),
        )
        .limit(limit),
    )
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}
