import type { RepoType } from '@stoa/contracts'
import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type Entry, type EntryFacts, filtersOf } from '../entry.js'
import { indexWords } from '../listing/search-words.js'

/** The columns an `Entry` is made of. */
export const ENTRY_COLUMNS = sql.raw(
  'repo_id, type, namespace, name, visibility, gated, disabled, head_oid, facts, used_bytes, downloads, downloads_all_time, likes, trending, created_at, updated_at',
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
  }
}

/** What an index run writes of a repository; the counters are kept. */
export interface IndexedRepo {
  readonly repoId: string
  readonly type: RepoType
  readonly accountId: string
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

/** Name weighs most, then namespace and tags, then the description. */
function searchVector(indexed: IndexedRepo) {
  const { repo } = indexed.facts
  const described = `${repo.description ?? ''} ${repo.pipelineTag ?? ''} ${repo.libraryName ?? ''} ${repo.languages.join(' ')}`
  return sql<string>`
    setweight(to_tsvector('simple', ${indexWords(indexed.name)}), 'A')
    || setweight(to_tsvector('simple', ${indexWords(`${indexed.namespace} ${repo.tags.join(' ')}`)}), 'B')
    || setweight(to_tsvector('simple', ${indexWords(described)}), 'C')`
}

/** Repositories whose counters changed get new numbers; others are left alone. */
export async function updateCounters(
  tx: Tx,
  repoId: string,
  counters: { downloads?: number; downloadsAllTime?: number; likes?: number; likesRecent?: number; trending: number },
): Promise<void> {
  const changes = {
    trending: counters.trending,
    ...(counters.downloads === undefined ? {} : { downloads: BigInt(counters.downloads) }),
    ...(counters.downloadsAllTime === undefined ? {} : { downloadsAllTime: BigInt(counters.downloadsAllTime) }),
    ...(counters.likes === undefined ? {} : { likes: BigInt(counters.likes) }),
    ...(counters.likesRecent === undefined ? {} : { likesRecent: BigInt(counters.likesRecent) }),
  }
  await tx.updateTable('catalog.entries').set(changes).where('repoId', '=', repoId).execute()
}

export async function deleteEntry(tx: Tx, repoId: string): Promise<void> {
  await tx.deleteFrom('catalog.entries').where('repoId', '=', repoId).execute()
}

/** Entries to score again, oldest run first. */
export async function listForScoring(
  db: Db,
  limit: number,
): Promise<{ repoId: string; likesRecent: number; downloads: number; createdAt: Date; updatedAt: Date }[]> {
  const rows = await db
    .selectFrom('catalog.entries')
    .select(['repoId', 'likesRecent', 'downloads', 'createdAt', 'updatedAt'])
    .orderBy('trending', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, likesRecent: Number(row.likesRecent), downloads: Number(row.downloads) }))
}
