import type { RepoType } from '@stoa/contracts'
import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type Entry, type EntryFacts, filtersOf } from '../entry.js'
import { indexWords } from '../listing/search-words.js'

/** The columns an `Entry` is made of. */
export const ENTRY_COLUMNS = sql.raw(
  'repo_id, type, namespace, name, visibility, gated, disabled, head_oid, facts, used_bytes, downloads, downloads_all_time, likes, likes_recent, trending, created_at, updated_at',
)

export interface EntryRow {
  readonly repoId: string
  readonly type: string
  readonly namespace: string
  readonly name: string
  readonly visibility: string
  readonly gated: string
  readonly disabled: boolean
  readonly headOid: string | null
  readonly facts: unknown
  readonly usedBytes: bigint
  readonly downloads: bigint
  readonly downloadsAllTime: bigint
  readonly likes: bigint
  readonly likesRecent: bigint
  readonly trending: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function toEntry(row: EntryRow): Entry {
  return {
    ...row,
    type: row.type as RepoType,
    visibility: row.visibility as Entry['visibility'],
    gated: row.gated as Entry['gated'],
    facts: row.facts as EntryFacts,
    usedBytes: Number(row.usedBytes),
    downloads: Number(row.downloads),
    downloadsAllTime: Number(row.downloadsAllTime),
    likes: Number(row.likes),
    likesRecent: Number(row.likesRecent),
  }
}

/** What an index run writes of a repository; the counters are kept. */
export interface IndexedRepo {
  readonly repoId: string
  readonly type: RepoType
  readonly accountId: string
  readonly resourceGroupId: string | null
  readonly namespace: string
  readonly name: string
  readonly visibility: string
  readonly gated: string
  readonly disabled: boolean
  readonly createdBy: string | null
  readonly headOid: string | null
  readonly facts: EntryFacts
  readonly usedBytes: number
  readonly trending: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly indexedAt: Date
}

export async function findEntry(db: Db, repoId: string): Promise<Entry | null> {
  const { rows } = await sql<EntryRow>`select ${ENTRY_COLUMNS} from catalog.entries where repo_id = ${repoId}`.execute(
    db,
  )
  return rows[0] ? toEntry(rows[0]) : null
}

/** Inserts or replaces what files and settings say of a repository. */
export async function upsertEntry(tx: Tx, indexed: IndexedRepo): Promise<void> {
  const { facts, ...plain } = indexed
  const { repo } = facts
  const values = {
    ...plain,
    fullName: `${indexed.namespace}/${indexed.name}`.toLowerCase(),
    facts: JSON.stringify(facts),
    filters: filtersOf(repo),
    tags: repo.tags,
    pipelineTag: repo.pipelineTag ?? null,
    libraryName: repo.libraryName ?? null,
    licences: repo.licences,
    languages: repo.languages,
    parameterCount: BigInt(repo.parameterCount ?? 0),
    usedBytes: BigInt(indexed.usedBytes),
    search: searchVector(indexed),
  }
  const { repoId: _id, createdAt: _createdAt, ...changes } = values
  await tx
    .insertInto('catalog.entries')
    .values(values)
    .onConflict((conflict) => conflict.column('repoId').doUpdateSet(changes))
    .execute()
}

/** Takes over who may see a repository and what it is called, without waiting for its files to be read. */
export async function updateSettings(
  tx: Tx,
  repoId: string,
  settings: Pick<
    IndexedRepo,
    'accountId' | 'resourceGroupId' | 'namespace' | 'name' | 'visibility' | 'gated' | 'disabled'
  >,
): Promise<void> {
  const { accountId, resourceGroupId, namespace, name, visibility, gated, disabled } = settings
  const fullName = `${namespace}/${name}`.toLowerCase()
  await tx
    .updateTable('catalog.entries')
    .set({ accountId, resourceGroupId, namespace, name, fullName, visibility, gated, disabled })
    .where('repoId', '=', repoId)
    .execute()
}

/** Name weighs most, then namespace and tags, then the description. Tags that name other repositories are filters, not words. */
function searchVector(indexed: IndexedRepo) {
  const { repo } = indexed.facts
  const described = `${repo.description ?? ''} ${repo.pipelineTag ?? ''} ${repo.libraryName ?? ''} ${repo.languages.join(' ')}`
  return sql<string>`
    setweight(to_tsvector('simple', ${indexWords(indexed.name)}), 'A')
    || setweight(to_tsvector('simple', ${indexWords(`${indexed.namespace} ${repo.tags.filter((tag) => !tag.includes(':')).join(' ')}`)}), 'B')
    || setweight(to_tsvector('simple', ${indexWords(described)}), 'C')`
}

/** New numbers of an entry. */
export interface Counters {
  readonly repoId: string
  readonly downloads: number
  readonly downloadsAllTime: number
  readonly trending: number
}

/** Writes new numbers in one statement. */
export async function updateCounters(tx: Tx, changes: readonly Counters[]): Promise<void> {
  await sql`
    update catalog.entries as e set downloads = n.downloads, downloads_all_time = n.all_time, trending = n.trending
    from (select * from unnest(
      ${changes.map((change) => change.repoId)}::text[],
      ${changes.map((change) => change.downloads)}::bigint[],
      ${changes.map((change) => change.downloadsAllTime)}::bigint[],
      ${changes.map((change) => change.trending)}::double precision[]
    ) as t (repo_id, downloads, all_time, trending)) n
    where e.repo_id = n.repo_id`.execute(tx)
}

export interface CountedEntry extends Counters {
  readonly likesRecent: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Entries with their numbers, in the order of their ids, after a given one. */
export async function listCounted(db: Db, afterId: string, limit: number): Promise<CountedEntry[]> {
  const rows = await db
    .selectFrom('catalog.entries')
    .select(['repoId', 'downloads', 'downloadsAllTime', 'likesRecent', 'trending', 'createdAt', 'updatedAt'])
    .where('repoId', '>', afterId)
    .orderBy('repoId')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...row,
    downloads: Number(row.downloads),
    downloadsAllTime: Number(row.downloadsAllTime),
    likesRecent: Number(row.likesRecent),
  }))
}

export async function deleteEntry(tx: Tx, repoId: string): Promise<void> {
  await tx.deleteFrom('catalog.entries').where('repoId', '=', repoId).execute()
}
