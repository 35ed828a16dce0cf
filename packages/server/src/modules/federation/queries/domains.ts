import type { Db, Tx } from '../../../kit/db/database.js'

export interface DomainRow {
  readonly id: string
  /** Null: the platform's. */
  readonly orgId: string | null
  readonly domain: string
  readonly challenge: string
  readonly verifiedAt: Date | null
  readonly verifiedBy: 'dns' | 'admin' | null
  readonly createdAt: Date
}

const toDomain = (row: Omit<DomainRow, 'verifiedBy'> & { readonly verifiedBy: string | null }): DomainRow => ({
  ...row,
  verifiedBy: row.verifiedBy as DomainRow['verifiedBy'],
})

export async function listDomains(db: Db | Tx, orgId: string | null): Promise<DomainRow[]> {
  const rows = await db
    .selectFrom('federation.domains')
    .selectAll()
    .where('orgId', 'is not distinct from', orgId)
    .orderBy('domain')
    .execute()
  return rows.map(toDomain)
}

/** Every domain that was shown to be somebody's; for the export. */
export async function listVerifiedDomains(db: Db): Promise<DomainRow[]> {
  const rows = await db
    .selectFrom('federation.domains')
    .selectAll()
    .where('verifiedAt', 'is not', null)
    .orderBy('domain')
    .execute()
  return rows.map(toDomain)
}

export async function findDomain(
  db: Db | Tx,
  orgId: string | null,
  by: { readonly id: string } | { readonly domain: string },
): Promise<DomainRow | null> {
  let query = db.selectFrom('federation.domains').selectAll().where('orgId', 'is not distinct from', orgId)
  query = 'id' in by ? query.where('id', '=', by.id) : query.where('domain', '=', by.domain)
  const row = await query.executeTakeFirst()
  return row ? toDomain(row) : null
}

/** Whoever has shown a domain to be their own; null when nobody has. */
export async function findDomainOwner(db: Db | Tx, domain: string): Promise<DomainRow | null> {
  const row = await db
    .selectFrom('federation.domains')
    .selectAll()
    .where('domain', '=', domain)
    .where('verifiedAt', 'is not', null)
    .executeTakeFirst()
  return row ? toDomain(row) : null
}

export async function insertDomain(tx: Tx, domain: DomainRow): Promise<void> {
  await tx.insertInto('federation.domains').values(domain).execute()
}

export async function verifyDomain(tx: Tx, id: string, by: 'dns' | 'admin', at: Date): Promise<void> {
  await tx.updateTable('federation.domains').set({ verifiedAt: at, verifiedBy: by }).where('id', '=', id).execute()
}

export async function deleteDomain(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('federation.domains').where('id', '=', id).execute()
}

/** Whether any domain leads to a connection: the sign-in page then asks for an address. */
export async function hasVerifiedDomain(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('federation.domains as d')
    .innerJoin('federation.connections as c', (join) =>
      join.on((eb) => eb('c.orgId', 'is not distinct from', eb.ref('d.orgId'))),
    )
    .select('d.id')
    .where('d.verifiedAt', 'is not', null)
    .where('c.isEnabled', '=', true)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
