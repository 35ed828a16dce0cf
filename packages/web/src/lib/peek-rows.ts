/** The beginning of a table: names, guessed types and first rows. */
export interface Peek {
  columns: { name: string; type: string }[]
  rows: string[][]
  /** The file goes on after what was read. */
  isCut: boolean
}

const mostColumns = 200
export const mostPeekRows = 200

/** First rows of comma- or tab-separated text (RFC 4180, with lenient quotes). The last line of a cut text is left out. */
export function peekDelimited(text: string, separator: ',' | '\t', isCut: boolean): Peek {
  const { rows, isWhole } = splitRows(text.replace(/^\uFEFF/, ''), separator, mostPeekRows + 1, isCut)
  const head = rows[0] ?? []
  const body = rows.slice(1)
  const names = head.slice(0, mostColumns).map((name, index) => name.trim() || `#${index + 1}`)
  const cells = body.map((row) => names.map((_, index) => row[index] ?? ''))
  return {
    columns: names.map((name, index) => ({ name, type: guessType(cells.map((row) => row[index] ?? '')) })),
    rows: cells,
    isCut: isCut || !isWhole,
  }
}

function splitRows(text: string, separator: string, most: number, isCut: boolean) {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  let at = 0
  for (; at < text.length && rows.length < most; at += 1) {
    const char = text[at] as string
    if (isQuoted) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else isQuoted = false
    } else if (char === '"' && cell === '') isQuoted = true
    else if (char === separator) {
      row.push(cell)
      cell = ''
    } else if (char === '\n') {
      rows.push([...row, cell.endsWith('\r') ? cell.slice(0, -1) : cell])
      row = []
      cell = ''
    } else cell += char
  }
  const isWhole = at >= text.length
  if (isWhole && !isCut && (cell !== '' || row.length > 0)) rows.push([...row, cell])
  return { rows: rows.filter((one) => one.length > 1 || one[0] !== ''), isWhole }
}

/** First rows of JSON lines; every key of any of them is a column. A line that is no object stands in a column of its own. */
export function peekJsonLines(text: string, isCut: boolean): Peek {
  const lines = text.split('\n')
  const whole = isCut ? lines.slice(0, -1) : lines
  const filled = whole.filter((line) => line.trim() !== '')
  const values = filled.slice(0, mostPeekRows).map((line): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(line)
      return value !== null && typeof value === 'object' && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : { value }
    } catch {
      return { '!': line }
    }
  })
  const names = [...new Set(values.flatMap((value) => Object.keys(value)))].slice(0, mostColumns)
  return {
    columns: names.map((name) => ({ name, type: typeOfAll(values.map((value) => value[name])) })),
    rows: values.map((value) => names.map((name) => showValue(value[name]))),
    isCut: isCut || filled.length > mostPeekRows,
  }
}

/** Longest text of one cell that is put on the page. */
const shownChars = 400

/** Any value in one line; bytes by their number. */
export function showValue(value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return 'null'
  if (typeof value === 'string') return value.slice(0, shownChars)
  if (value instanceof Uint8Array) return showBytes(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  if (typeof value !== 'object') return String(value)
  const plain = (_key: string, item: unknown) =>
    typeof item === 'bigint' ? Number(item) : item instanceof Uint8Array ? showBytes(item) : item
  return (JSON.stringify(value, plain) ?? '').slice(0, shownChars)
}

/** Bytes as text when they are some, else by their number. */
function showBytes(bytes: Uint8Array): string {
  if (bytes.length > shownChars * 4) return `${bytes.length} B`
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /[\0-\x08\x0e-\x1f\x7f]/.test(text) ? `${bytes.length} B` : text.slice(0, shownChars)
  } catch {
    return `${bytes.length} B`
  }
}

const kinds: readonly (readonly [string, RegExp])[] = [
  ['integer', /^[+-]?\d{1,18}$/],
  ['number', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^nan$|^[+-]?inf(inity)?$/i],
  ['boolean', /^(true|false)$/i],
  ['date', /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/],
]

/** The narrowest type that fits every filled cell. */
export function guessType(cells: readonly string[]): string {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
  if (filled.length === 0) return 'empty'
  return kinds.find(([, pattern]) => filled.every((cell) => pattern.test(cell)))?.[0] ?? 'text'
}

function typeOfAll(values: readonly unknown[]): string {
  const found = new Set(
    values
      .filter((value) => value !== undefined && value !== null)
      .map((value) =>
        Array.isArray(value)
          ? 'list'
          : typeof value === 'number'
            ? Number.isInteger(value)
              ? 'integer'
              : 'number'
            : typeof value === 'string'
              ? 'text'
              : typeof value,
      ),
  )
  if (found.size === 2 && found.has('integer') && found.has('number')) return 'number'
  return found.size === 0 ? 'empty' : found.size === 1 ? ([...found][0] ?? '') : 'mixed'
}
