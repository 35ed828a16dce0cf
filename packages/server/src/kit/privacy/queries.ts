import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'
import type { CatalogComment } from './register.js'

/** Every table and column with its comment, as the database itself has them. */
export async function listComments(db: Db | Tx): Promise<CatalogComment[]> {
  const { rows } = await sql<CatalogComment>`
    select n.nspname as schema, c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
           not a.attnotnull as nullable, col_description(c.oid, a.attnum) as comment
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
      and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'public')
    union all
    select n.nspname, c.relname, null, '', true, obj_description(c.oid, 'pg_class')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'public')
    order by 1, 2, 3`.execute(db)
  return rows
}
