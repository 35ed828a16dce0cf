import type { CsvProblem } from '@stoa/contracts'

/** Longest line that is read as one, and longest value of a column. */
const LINE_MAX = 4_000
const VALUE_MAX = 500
const COLUMNS = ['name', 'email', 'role', 'groups'] as const
export type CsvColumn = (typeof COLUMNS)[number]

/** One line of the file, by column; `problem` when it cannot be told apart. */
export interface CsvLine {
  /** As an editor counts, the header being 1. */
  readonly line: number
  readonly values: Readonly<Record<CsvColumn, string>>
  readonly problem: CsvProblem | null
}

/** Lines of a CSV file (RFC 4180; commas, semicolons or tabs) below its header; null when the header names no `email`, or there are more than `max`. */
export function readCsv(text: string, max: number): CsvLine[] | null {
  const records = splitRecords(text.replace(/^\ufeff/, ''), max + 1)
  const [header, ...rest] = records ?? []
  if (!records || !header) return null
  const separator = findSeparator(header.text)
  const heads = splitRecord(header.text, separator)?.map((one) => one.trim().toLowerCase()) ?? []
  const isKnown = heads.every((head) => COLUMNS.includes(head as CsvColumn)) && new Set(heads).size === heads.length
  if (!heads.includes('email') || !isKnown) return null
  return rest.map(({ line, text: record }) => readLine(line, splitRecord(record, separator), heads))
}

function readLine(line: number, cells: readonly string[] | null, heads: readonly string[]): CsvLine {
  const valueOf = (column: CsvColumn): string => (cells?.[heads.indexOf(column)] ?? '').trim().slice(0, VALUE_MAX)
  const values = { name: valueOf('name'), email: valueOf('email'), role: valueOf('role'), groups: valueOf('groups') }
  if (cells === null) return { line, values, problem: 'quote' }
  return { line, values, problem: cells.length > heads.length ? 'columns' : null }
}

interface RawRecord {
  readonly line: number
  readonly text: string
}

/** Records that are not empty; a quoted value may hold line breaks. Null when there are too many. */
function splitRecords(text: string, max: number): RawRecord[] | null {
  const records: RawRecord[] = []
  let isQuoted = false
  let begin = 0
  let line = 1
  let beginLine = 1
  for (let at = 0; at <= text.length; at++) {
    const char = text[at]
    if (char === '"') isQuoted = !isQuoted
    const isEnd = char === undefined || (char === '\n' && !isQuoted)
    // A quote that never ends would swallow the file: its line ends where a line must.
    if (isEnd || (char === '\n' && at - begin > LINE_MAX)) {
      const record = text.slice(begin, at).replace(/\r$/, '')
      if (record.trim() !== '') records.push({ line: beginLine, text: record })
      if (records.length > max) return null
      begin = at + 1
      beginLine = line + 1
      isQuoted = false
    }
    if (char === '\n') line++
  }
  return records
}

function findSeparator(header: string): string {
  return [',', ';', '\t'].find((one) => header.includes(one)) ?? ','
}

/** The values of a record; null when a quote stands where none may. */
function splitRecord(record: string, separator: string): string[] | null {
  const cells: string[] = []
  let rest = record
  for (;;) {
    const quoted = /^ *"((?:[^"]|"")*)" */.exec(rest)
    const end = rest.indexOf(separator)
    const plain = end < 0 ? rest : rest.slice(0, end)
    if (!quoted && plain.includes('"')) return null
    cells.push(quoted ? (quoted[1] ?? '').replaceAll('""', '"') : plain)
    rest = rest.slice(quoted ? quoted[0].length : plain.length)
    if (rest === '') return cells
    if (!rest.startsWith(separator)) return null
    rest = rest.slice(separator.length)
  }
}
