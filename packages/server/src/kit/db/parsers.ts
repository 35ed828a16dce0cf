import pg from 'pg'

const INT8 = 20
const NUMERIC = 1700
const TIMESTAMPTZ = 1184
const DATE = 1082

type Parse = (text: string) => unknown

const PARSERS = new Map<number, Parse>([
  [INT8, BigInt],
  [NUMERIC, (text) => text],
  [TIMESTAMPTZ, (text) => new Date(text)],
  [DATE, (text) => text],
])

/** How values come back, the same on both databases: int8 as bigint, numeric and date as text, timestamptz as Date. */
export const TYPE_PARSERS = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? (pg.types.getTypeParser(oid, format as 'text') as Parse),
} as unknown as pg.CustomTypesConfig
