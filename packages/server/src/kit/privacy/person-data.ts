import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'
import { listComments } from './queries.js'
import { type RegisteredTable, readRegister } from './register.js'

/** Rows read at once for an export. */
const BATCH = 1_000

/** The register as the running database has it. */
export async function loadRegister(db: Db | Tx): Promise<RegisteredTable[]> {
  return readRegister(await listComments(db)).tables
}

type Row = Readonly<Record<string, unknown>>

/** What is kept about a person, table by table, without secrets. Sections are those of the register. */
export async function* listPersonRows(
  db: Db,
  tables: readonly RegisteredTable[],
  subjectId: string,
): AsyncGenerator<{ readonly section: string; readonly table: string; readonly rows: readonly Row[] }> {
  for (const table of tables) {
    const { subject, section } = table
    const shown = table.columns.filter((column) => column.class !== 'secret' && !HIDDEN_TYPES.has(column.type))
    if (subject === null || section === null || shown.length === 0) continue
    const columns = sql.join(shown.map((column) => sql.ref(column.name)))
    for (let offset = 0; ; offset += BATCH) {
      const { rows } = await sql<Row>`select ${columns} from ${nameOf(table)} where ${sql.ref(subject)} = ${subjectId}
        order by ctid limit ${BATCH} offset ${offset}`.execute(db)
      if (rows.length > 0) yield { section, table: `${table.schema}.${table.name}`, rows }
      if (rows.length < BATCH) break
    }
  }
}

/** Search indexes and bytes say nothing to a person. */
const HIDDEN_TYPES = new Set(['tsvector', 'bytea'])

/** What happened to one table. */
export interface ErasedTable {
  readonly table: string
  readonly deleted: number
  readonly changed: number
  /** Columns that were kept, by ground. */
  readonly kept: Readonly<Record<string, readonly string[]>>
}

/** The name of somebody who was erased: always the same for the same person, and telling nothing. */
export function pseudonymOf(subjectId: string): string {
  return `deleted-${createHash('sha256').update(`erased ${subjectId}`).digest('hex').slice(0, 12)}`
}

/**
 * Erases a person as the register says, in one transaction. Throws when a table whose module erases itself still has rows.
 * What is kept is named with its ground.
 */
export async function erasePersonRows(
  tx: Tx,
  tables: readonly RegisteredTable[],
  subjectId: string,
): Promise<ErasedTable[]> {
  const erased: ErasedTable[] = []
  for (const table of tables) {
    if (table.subject === null) continue
    const mine = sql`${sql.ref(table.subject)} = ${subjectId}`
    if (table.erase === 'module') {
      const { rows } = await sql<{ left: bigint }>`select count(*) as left from ${nameOf(table)} where ${mine}`.execute(
        tx,
      )
      if (Number(rows[0]?.left ?? 0) > 0) throw new Error(`${table.schema}.${table.name} still has rows of the person`)
      continue
    }
    const done =
      table.erase === 'delete' ? await deleteRows(tx, table, mine) : await changeRows(tx, table, mine, subjectId)
    if (done.deleted + done.changed > 0 || Object.keys(done.kept).length > 0) erased.push(done)
  }
  return erased
}

const nameOf = (table: RegisteredTable) => sql.table(`${table.schema}.${table.name}`)

async function deleteRows(tx: Tx, table: RegisteredTable, mine: ReturnType<typeof sql>): Promise<ErasedTable> {
  const result = await sql`delete from ${nameOf(table)} where ${mine}`.execute(tx)
  return { table: `${table.schema}.${table.name}`, deleted: Number(result.numAffectedRows ?? 0n), changed: 0, kept: {} }
}

async function changeRows(
  tx: Tx,
  table: RegisteredTable,
  mine: ReturnType<typeof sql>,
  subjectId: string,
): Promise<ErasedTable> {
  const held = table.columns.filter((column) => column.class !== 'none')
  const changes = held.flatMap((column) => {
    if (column.erase === 'null' || column.erase === 'shred') return [sql`${sql.ref(column.name)} = null`]
    return column.erase === 'pseudonymise' ? [sql`${sql.ref(column.name)} = ${pseudonymOf(subjectId)}`] : []
  })
  const set = sql`update ${nameOf(table)} set ${sql.join(changes)} where ${mine}`
  const count = sql`select from ${nameOf(table)} where ${mine}`
  const isChanged = changes.length > 0
  const affected = isChanged
    ? Number((await set.execute(tx)).numAffectedRows ?? 0n)
    : (await count.execute(tx)).rows.length
  const kept: Record<string, string[]> = {}
  for (const { erase, ground, name } of held) {
    if (erase === 'keep' && affected > 0) kept[ground] = [...(kept[ground] ?? []), name]
  }
  return { table: `${table.schema}.${table.name}`, deleted: 0, changed: isChanged ? affected : 0, kept }
}
