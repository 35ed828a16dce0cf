import pg from 'pg'

const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082
const DATE_ARRAY = 1182
const NUMERIC = 1700

type Parse = (text: string) => unknown
type MakeArrayParser = (text: string, parse: Parse) => { parse(): unknown[] }

const identity: Parse = (text) => text
// @types/pg does not know arrayParser, which pg re-exports from pg-types.
const { arrayParser } = pg.types as unknown as { arrayParser: { create: MakeArrayParser } }

/** What differs from the driver's own table; timestamptz is a Date there already. */
const own = new Map<number, Parse>([
  [INT8, BigInt],
  [INT8_ARRAY, (text) => arrayParser.create(text, BigInt).parse()],
  [DATE, identity],
  [DATE_ARRAY, (text) => arrayParser.create(text, identity).parse()],
  [NUMERIC, identity],
])

/** One table for both engines: int8 → bigint, numeric → string, timestamptz → Date, date → string. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    own.get(oid) ?? pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}
