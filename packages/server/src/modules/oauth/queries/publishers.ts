import type { Db, Tx } from '../../../kit/db/database.js'

/** An issuer of identity tokens that this platform believes. */
export interface IssuerRow {
  readonly id: string
  readonly issuer: string
  readonly kind: 'github' | 'gitlab' | 'other'
  readonly jwksUrl: string | null
}

const ISSUER_COLUMNS = ['id', 'issuer', 'kind', 'jwksUrl'] as const
const toIssuer = (row: Omit<IssuerRow, 'kind'> & { readonly kind: string }) => row as IssuerRow

export async function findIssuer(db: Db | Tx, issuer: string): Promise<IssuerRow | null> {
  const row = await db
    .selectFrom('oauth.tokenIssuers')
    .select(ISSUER_COLUMNS)
    .where('issuer', '=', issuer)
    .executeTakeFirst()
  return row ? toIssuer(row) : null
}

export async function listIssuers(db: Db | Tx): Promise<IssuerRow[]> {
  const rows = await db.selectFrom('oauth.tokenIssuers').select(ISSUER_COLUMNS).orderBy('issuer').execute()
  return rows.map(toIssuer)
}

export async function upsertIssuer(tx: Tx, issuer: IssuerRow, now: Date): Promise<void> {
  const { kind, jwksUrl } = issuer
  await tx
    .insertInto('oauth.tokenIssuers')
    .values({ ...issuer, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.column('issuer').doUpdateSet({ kind, jwksUrl, updatedAt: now }))
    .execute()
}

/** Ends an issuer with its publishers and their tokens. */
export async function deleteIssuer(tx: Tx, issuer: string): Promise<boolean> {
  const result = await tx.deleteFrom('oauth.tokenIssuers').where('issuer', '=', issuer).executeTakeFirst()
  return result.numDeletedRows > 0n
}

export type TargetType = 'model' | 'dataset' | 'space' | 'kernel' | 'user'

/** A build job's identity, and the one repository it may write to. */
export interface PublisherRow {
  readonly id: string
  readonly issuerId: string
  readonly issuer: string
  readonly accountId: string
  readonly targetType: TargetType
  readonly targetName: string
  readonly claims: Readonly<Record<string, string>>
  readonly userId: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

function selectPublishers(db: Db | Tx) {
  return db
    .selectFrom('oauth.trustedPublishers as p')
    .innerJoin('oauth.tokenIssuers as issuer', 'issuer.id', 'p.issuerId')
    .select([
      'p.id',
      'p.issuerId',
      'issuer.issuer',
      'p.accountId',
      'p.targetType',
      'p.targetName',
      'p.claims',
      'p.userId',
      'p.createdAt',
      'p.lastUsedAt',
    ])
    .orderBy('p.createdAt')
    .orderBy('p.id')
}

type Selected = Awaited<ReturnType<ReturnType<typeof selectPublishers>['execute']>>[number]

function toPublisher(row: Selected): PublisherRow {
  return { ...row, targetType: row.targetType as TargetType, claims: row.claims as PublisherRow['claims'] }
}

/** Publishers of one target with jobs of one issuer. */
export async function listPublishersFor(
  db: Db | Tx,
  target: { readonly type: TargetType; readonly name: string },
  issuerId: string,
): Promise<PublisherRow[]> {
  const rows = await selectPublishers(db)
    .where('p.targetType', '=', target.type)
    .where((eb) => eb(eb.fn('lower', ['p.targetName']), '=', target.name.toLowerCase()))
    .where('p.issuerId', '=', issuerId)
    .execute()
  return rows.map(toPublisher)
}

export async function listPublishersOf(db: Db | Tx, accountId: string): Promise<PublisherRow[]> {
  return (await selectPublishers(db).where('p.accountId', '=', accountId).execute()).map(toPublisher)
}

export async function listAllPublishers(db: Db | Tx): Promise<PublisherRow[]> {
  return (await selectPublishers(db).execute()).map(toPublisher)
}

export async function findPublisher(db: Db | Tx, id: string): Promise<PublisherRow | null> {
  const row = await selectPublishers(db).where('p.id', '=', id).executeTakeFirst()
  return row ? toPublisher(row) : null
}

export async function insertPublisher(tx: Tx, publisher: Omit<PublisherRow, 'issuer' | 'lastUsedAt'>): Promise<void> {
  await tx
    .insertInto('oauth.trustedPublishers')
    .values({ ...publisher, claims: JSON.stringify(publisher.claims) })
    .execute()
}

export async function touchPublisher(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('oauth.trustedPublishers').set({ lastUsedAt: now }).where('id', '=', id).execute()
}

export async function deletePublisher(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.deleteFrom('oauth.trustedPublishers').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
