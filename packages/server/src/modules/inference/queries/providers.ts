import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'

export interface ProviderModel {
  /** The name callers use. */
  readonly model: string
  readonly upstream: string
  readonly task: string
}

export interface ProviderRow {
  readonly id: string
  readonly name: string
  readonly baseUrl: string
  readonly keySealed: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface FoundProviderModel extends ProviderModel {
  readonly provider: ProviderRow
  readonly createdAt: Date
}

export async function findProviderModel(db: Db, model: string): Promise<FoundProviderModel | null> {
  const row = await db
    .selectFrom('inference.providerModels')
    .selectAll()
    .where(sql`lower(model)`, '=', model.toLowerCase())
    .executeTakeFirst()
  const provider = row ? await findProvider(db, row.providerId) : null
  return row && provider ? { ...row, provider } : null
}

export async function listProviderModels(
  db: Db,
  limit: number,
): Promise<(ProviderModel & { provider: string; createdAt: Date })[]> {
  return db
    .selectFrom('inference.providerModels as model')
    .innerJoin('inference.providers as provider', 'provider.id', 'model.providerId')
    .select(['model.model', 'model.upstream', 'model.task', 'model.createdAt', 'provider.name as provider'])
    .orderBy('model.model')
    .limit(limit)
    .execute()
}

async function findProvider(db: Db, id: string): Promise<ProviderRow | null> {
  return (await db.selectFrom('inference.providers').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function findProviderByName(db: Db, name: string): Promise<ProviderRow | null> {
  const query = db.selectFrom('inference.providers').selectAll().where(sql`lower(name)`, '=', name.toLowerCase())
  return (await query.executeTakeFirst()) ?? null
}

export async function listProviders(db: Db): Promise<ProviderRow[]> {
  return db.selectFrom('inference.providers').selectAll().orderBy('name').execute()
}

export async function listModelsOf(db: Db, providerId: string): Promise<ProviderModel[]> {
  return db
    .selectFrom('inference.providerModels')
    .select(['model', 'upstream', 'task'])
    .where('providerId', '=', providerId)
    .orderBy('model')
    .execute()
}

export async function upsertProvider(tx: Tx, row: ProviderRow): Promise<void> {
  const { name, baseUrl, keySealed, updatedAt } = row
  await tx
    .insertInto('inference.providers')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, baseUrl, keySealed, updatedAt }))
    .execute()
}

/** Makes a provider's models exactly these. */
export async function replaceModels(
  tx: Tx,
  providerId: string,
  models: readonly (ProviderModel & { id: string })[],
  now: Date,
): Promise<void> {
  await tx.deleteFrom('inference.providerModels').where('providerId', '=', providerId).execute()
  if (models.length === 0) return
  const rows = models.map((model) => ({ ...model, providerId, createdAt: now }))
  await tx.insertInto('inference.providerModels').values(rows).execute()
}

export async function deleteProvider(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('inference.providers').where('id', '=', id).execute()
}

/** How providers serve models among some lower-case names. */
export async function listUpstreams(
  db: Db,
  names: readonly string[],
): Promise<(ProviderModel & { readonly provider: string })[]> {
  return db
    .selectFrom('inference.providerModels as model')
    .innerJoin('inference.providers as provider', 'provider.id', 'model.providerId')
    .select(['model.model', 'model.upstream', 'model.task', 'provider.name as provider'])
    .where(sql<boolean>`lower(model.model) = any(${[...names]}::text[])`)
    .orderBy('provider.name')
    .execute()
}

/** Models of some providers, or of all. */
export async function listProviderNames(db: Db, providers: readonly string[] | null, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('inference.providerModels as model')
    .innerJoin('inference.providers as provider', 'provider.id', 'model.providerId')
    .select('model.model')
    .$if(providers !== null, (query) => query.where('provider.name', 'in', [...(providers ?? [])]))
    .limit(limit)
    .execute()
  return rows.map((row) => row.model)
}
