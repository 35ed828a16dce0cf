import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { RuntimeKind } from '../../runtimes/index.js'

/** A served model with a stable name. */
export interface Endpoint {
  readonly id: string
  readonly ownerId: string
  readonly ownerName: string
  readonly name: string
  readonly repoId: string
  readonly repoName: string
  readonly revision: string
  readonly runtime: RuntimeKind | null
  readonly flavor: string
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly state: 'running' | 'paused'
  readonly createdAt: Date
  readonly updatedAt: Date
}

type EndpointRow = Omit<Endpoint, 'runtime' | 'state'> & { readonly runtime: string | null; readonly state: string }

const MAX_SAME_NAME = 50

/** Endpoints a bare name could mean; names are unique per owner only. */
export async function listEndpointsNamed(db: Db, name: string): Promise<Endpoint[]> {
  const rows = await db
    .selectFrom('inference.endpoints')
    .selectAll()
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .orderBy('createdAt')
    .limit(MAX_SAME_NAME)
    .execute()
  return rows.map(toEndpoint)
}

export async function findEndpoint(db: Db, ownerName: string, name: string): Promise<Endpoint | null> {
  const row = await db
    .selectFrom('inference.endpoints')
    .selectAll()
    .where(sql`lower(owner_name)`, '=', ownerName.toLowerCase())
    .where(sql`lower(name)`, '=', name.toLowerCase())
    .executeTakeFirst()
  return row ? toEndpoint(row) : null
}

export async function listEndpoints(db: Db, limit: number): Promise<Endpoint[]> {
  const rows = await db
    .selectFrom('inference.endpoints')
    .selectAll()
    .orderBy('ownerName')
    .orderBy('name')
    .limit(limit)
    .execute()
  return rows.map(toEndpoint)
}

export async function upsertEndpoint(tx: Tx, endpoint: Endpoint): Promise<void> {
  const { id: _id, createdAt: _createdAt, ...changes } = endpoint
  await tx
    .insertInto('inference.endpoints')
    .values(endpoint)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
    .execute()
}

export async function deleteEndpoint(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('inference.endpoints').where('id', '=', id).execute()
}

function toEndpoint(row: EndpointRow): Endpoint {
  return { ...row, runtime: row.runtime as RuntimeKind | null, state: row.state as Endpoint['state'] }
}
