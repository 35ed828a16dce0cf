import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'
import type { RegisteredTable } from './register.js'

/** A table whose rows are deleted by age. */
export interface AgingTable {
  /** `schema.table`. */
  readonly name: string
  readonly table: RegisteredTable
  readonly age: string
  /** What the register promises; the longest of its columns. */
  readonly days: number
}

/** Rows of these accounts stay. */
export type Held = readonly string[]

const DAYS: Readonly<Record<string, number>> = { min: 1 / 1440, h: 1 / 24, d: 1, y: 365 }
/** Columns that name whose row it is, besides the subject. */
const OWNERS = new Set(['org_id', 'account_id', 'user_id'])

/** `90 d` as days; null for what no clock decides: `life of the account`. */
export function daysOf(retain: string): number | null {
  const [, count, unit] = /^(\d+) (min|h|d|y)$/.exec(retain) ?? []
  const factor = DAYS[unit ?? '']
  return count === undefined || factor === undefined ? null : Number(count) * factor
}

/** Tables that say by which column their rows grow old, and how long every column of theirs may be kept. */
export function listAgingTables(register: readonly RegisteredTable[]): AgingTable[] {
  return register.flatMap((table): AgingTable[] => {
    const days = table.columns.filter((column) => column.class !== 'none').map((column) => daysOf(column.retain))
    const known = days.filter((one) => one !== null)
    if (table.age === null || known.length === 0 || known.length < days.length) return []
    return [{ name: `${table.schema}.${table.name}`, table, age: table.age, days: Math.max(...known) }]
  })
}

const isOld = ({ table, age }: AgingTable, before: Date, held: Held) => {
  const owners = table.columns.map(({ name }) => name).filter((name) => OWNERS.has(name) || name === table.subject)
  const isHeld = owners.map((name) => sql`coalesce(${sql.ref(name)} = any(${[...held]}), false)`)
  const free = isHeld.length === 0 ? sql`true` : sql`not (${sql.join(isHeld, sql` or `)})`
  return { old: sql`${sql.ref(age)} < ${before}`, free }
}

/** How many rows are older, and how many of these are held. */
export async function countOldRows(
  db: Db | Tx,
  aging: AgingTable,
  before: Date,
  held: Held,
): Promise<{ readonly old: number; readonly held: number }> {
  const { old, free } = isOld(aging, before, held)
  const { rows } = await sql<{ old: string; held: string }>`
    select (count(*) filter (where ${free}))::text as old, (count(*) filter (where not ${free}))::text as held
    from ${sql.table(aging.name)} where ${old}`.execute(db)
  return { old: Number(rows[0]?.old ?? 0), held: Number(rows[0]?.held ?? 0) }
}

/** Deletes rows that are older and not held, at most so many; how many went. */
export async function deleteOldRows(
  tx: Tx,
  aging: AgingTable,
  { before, held, limit }: { readonly before: Date; readonly held: Held; readonly limit: number },
): Promise<number> {
  const { old, free } = isOld(aging, before, held)
  const { rows } = await sql`
    delete from ${sql.table(aging.name)} where ctid in (
      select ctid from ${sql.table(aging.name)} where ${old} and ${free} limit ${limit})
    returning 1`.execute(tx)
  return rows.length
}
