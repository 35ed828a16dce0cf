import type { DirectorySettings, GroupRule } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'

/** A directory whose people sign in here. */
export interface DirectoryRow {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly security: 'ldaps' | 'starttls' | 'plain'
  readonly caPem: string | null
  readonly bindDn: string | null
  readonly bindPasswordSealed: string | null
  readonly settings: DirectorySettings
  readonly mappings: readonly GroupRule[]
  readonly isEnabled: boolean
  readonly syncedAt: Date | null
  readonly syncResult: string | null
  readonly problem: string | null
  readonly problemAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

const COLUMNS = [
  'id',
  'name',
  'url',
  'security',
  'caPem',
  'bindDn',
  'bindPasswordSealed',
  'settings',
  'mappings',
  'isEnabled',
  'syncedAt',
  'syncResult',
  'problem',
  'problemAt',
  'createdAt',
  'updatedAt',
] as const

export async function listDirectories(db: Db | Tx): Promise<DirectoryRow[]> {
  const rows = await db.selectFrom('directory.directories').select(COLUMNS).orderBy('createdAt').orderBy('id').execute()
  return rows as unknown as DirectoryRow[]
}

export async function findDirectory(db: Db | Tx, id: string): Promise<DirectoryRow | null> {
  const row = await db.selectFrom('directory.directories').select(COLUMNS).where('id', '=', id).executeTakeFirst()
  return (row as unknown as DirectoryRow | undefined) ?? null
}

const toColumns = ({ settings, mappings, ...row }: DirectoryRow) => ({
  ...row,
  settings: JSON.stringify(settings),
  mappings: JSON.stringify(mappings),
})

export async function insertDirectory(tx: Tx, row: DirectoryRow): Promise<void> {
  await tx.insertInto('directory.directories').values(toColumns(row)).execute()
}

export async function updateDirectory(tx: Tx, row: DirectoryRow): Promise<void> {
  const { id, ...columns } = toColumns(row)
  await tx.updateTable('directory.directories').set(columns).where('id', '=', id).execute()
}

export async function deleteDirectory(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('directory.directories').where('id', '=', id).execute()
}

/** What the last look at a directory showed. */
export type DirectoryNote = Partial<Pick<DirectoryRow, 'syncedAt' | 'syncResult' | 'problem' | 'problemAt'>>

export async function noteDirectory(tx: Tx, id: string, note: DirectoryNote): Promise<void> {
  await tx.updateTable('directory.directories').set(note).where('id', '=', id).execute()
}

/** Somebody of a directory who has an account here. */
export interface IdentityRow {
  readonly directoryId: string
  readonly entryId: string
  readonly userId: string
  readonly dn: string
  readonly login: string
  readonly suspendedAt: Date | null
  readonly seenAt: Date
  readonly createdAt: Date
}

const IDENTITY = ['directoryId', 'entryId', 'userId', 'dn', 'login', 'suspendedAt', 'seenAt', 'createdAt'] as const

export async function findIdentity(db: Db | Tx, directoryId: string, entryId: string): Promise<IdentityRow | null> {
  const row = await db
    .selectFrom('directory.directoryIdentities')
    .select(IDENTITY)
    .where('directoryId', '=', directoryId)
    .where('entryId', '=', entryId)
    .executeTakeFirst()
  return row ?? null
}

export async function findIdentityOf(db: Db | Tx, userId: string): Promise<IdentityRow | null> {
  const row = await db
    .selectFrom('directory.directoryIdentities')
    .select(IDENTITY)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row ?? null
}

/** Identities of a directory by identifier, after one. */
export async function listIdentities(
  db: Db | Tx,
  directoryId: string,
  page: { readonly after: string; readonly limit: number },
): Promise<IdentityRow[]> {
  return db
    .selectFrom('directory.directoryIdentities')
    .select(IDENTITY)
    .where('directoryId', '=', directoryId)
    .where('entryId', '>', page.after)
    .orderBy('entryId')
    .limit(page.limit)
    .execute()
}

export async function countIdentities(
  db: Db | Tx,
  directoryId: string,
): Promise<{ readonly people: number; readonly suspended: number }> {
  const row = await db
    .selectFrom('directory.directoryIdentities')
    .select((eb) => [eb.fn.countAll<bigint>().as('people'), eb.fn.count<bigint>('suspendedAt').as('suspended')])
    .where('directoryId', '=', directoryId)
    .executeTakeFirstOrThrow()
  return { people: Number(row.people), suspended: Number(row.suspended) }
}

export async function insertIdentity(tx: Tx, identity: IdentityRow): Promise<void> {
  await tx.insertInto('directory.directoryIdentities').values(identity).execute()
}

export async function updateIdentity(
  tx: Tx,
  { directoryId, entryId }: Pick<IdentityRow, 'directoryId' | 'entryId'>,
  patch: Partial<Pick<IdentityRow, 'dn' | 'login' | 'suspendedAt' | 'seenAt'>>,
): Promise<void> {
  await tx
    .updateTable('directory.directoryIdentities')
    .set(patch)
    .where('directoryId', '=', directoryId)
    .where('entryId', '=', entryId)
    .execute()
}
