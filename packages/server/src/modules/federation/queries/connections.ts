import type { SignOnMapping } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { Connection, OidcSettings, SamlSettings } from '../sso/connection.js'

type Row = {
  readonly id: string
  readonly orgId: string | null
  readonly protocol: string
  readonly name: string
  readonly isEnabled: boolean
  readonly createsAccounts: boolean
  readonly secondFactor: string
  readonly settings: unknown
  readonly mapping: unknown
  readonly secretSealed: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The operations write these columns only from checked values. */
function toConnection(row: Row): Connection {
  const common = {
    ...row,
    secondFactor: row.secondFactor as Connection['secondFactor'],
    mapping: row.mapping as SignOnMapping,
  }
  return row.protocol === 'oidc'
    ? { ...common, protocol: 'oidc', settings: row.settings as OidcSettings }
    : { ...common, protocol: 'saml', settings: row.settings as SamlSettings }
}

export async function findConnection(db: Db | Tx, id: string): Promise<Connection | null> {
  const row = await db.selectFrom('federation.connections').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toConnection(row) : null
}

/** Of an organisation, or (null) of the platform, by name. */
export async function listConnections(db: Db | Tx, orgId: string | null): Promise<Connection[]> {
  const rows = await db
    .selectFrom('federation.connections')
    .selectAll()
    .where('orgId', 'is not distinct from', orgId)
    .orderBy((eb) => eb.fn('lower', ['name']))
    .execute()
  return rows.map(toConnection)
}

/** Every connection; for the export. */
export async function listAllConnections(db: Db): Promise<Connection[]> {
  const rows = await db.selectFrom('federation.connections').selectAll().orderBy('createdAt').orderBy('id').execute()
  return rows.map(toConnection)
}

export async function findConnectionByName(
  db: Db | Tx,
  orgId: string | null,
  name: string,
): Promise<Connection | null> {
  const row = await db
    .selectFrom('federation.connections')
    .selectAll()
    .where('orgId', 'is not distinct from', orgId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .executeTakeFirst()
  return row ? toConnection(row) : null
}

export async function upsertConnection(tx: Tx, connection: Connection): Promise<void> {
  const { id, createdAt, ...changing } = connection
  const values = {
    ...changing,
    settings: JSON.stringify(connection.settings),
    mapping: JSON.stringify(connection.mapping),
  }
  await tx
    .insertInto('federation.connections')
    .values({ id, createdAt, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute()
}

export async function deleteConnection(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('federation.connections').where('id', '=', id).execute()
}

/** How many people came through each of these. */
export async function countPeople(db: Db | Tx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('federation.identities')
    .select((eb) => ['connectionId', eb.fn.countAll<bigint>().as('count')])
    .where('connectionId', 'in', [...ids])
    .groupBy('connectionId')
    .execute()
  return new Map(rows.map((row) => [row.connectionId, Number(row.count)]))
}
