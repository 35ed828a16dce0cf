/** One cell of an export. */
export type Cell = string | number | bigint | boolean | null | undefined

/** RFC 4180; a text that a spreadsheet would run as a formula is defused with a quote mark. */
function csvCell(value: Cell): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function toCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')
}

/** Amounts stay strings: a JSON number would round them. */
export function toJson(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const plain = (value: Cell) => (typeof value === 'bigint' ? value.toString() : (value ?? null))
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(head.map((name, index) => [name, plain(row[index])]))),
    null,
    2,
  )
}

/** Hands a made file to the browser's downloads. */
export function saveFile(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
