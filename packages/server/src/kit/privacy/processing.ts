import type { RegisteredColumn, RegisteredTable } from './register.js'

const HEAD = `# Record of processing

Generated from the comments of the database's columns by \`npm run gen\`. What each class means and how a column is declared stands in docs/guides/privacy-register.md. Columns of class \`none\` hold nothing about a person and are not listed.
`

/** The record of processing activities as Markdown: one section per purpose, one line per kind of column. */
export function renderProcessing(tables: readonly RegisteredTable[]): string {
  const byPurpose = new Map<string, string[]>()
  for (const table of tables) {
    for (const group of groupColumns(table.columns.filter((column) => column.class !== 'none'))) {
      const [first] = group
      if (!first) continue
      const names = group.map((column) => `\`${column.name}\``).join(', ')
      const erase = first.erase === 'keep' ? `kept: ${first.ground}` : first.erase
      const cells = [`${table.schema}.${table.name}`, names, first.class, first.basis, first.retain, erase]
      byPurpose.set(first.purpose, [...(byPurpose.get(first.purpose) ?? []), `| ${cells.join(' | ')} |`])
    }
  }
  const sections = [...byPurpose].map(
    ([purpose, lines]) =>
      `\n## ${purpose}\n\n| table | columns | class | basis | kept for | on erasure |\n|---|---|---|---|---|---|\n${lines.join('\n')}\n`,
  )
  return `${HEAD}${sections.join('')}`
}

/** Columns of a table with the same rules, in the order of their first. */
function groupColumns(columns: readonly RegisteredColumn[]): RegisteredColumn[][] {
  const groups = new Map<string, RegisteredColumn[]>()
  for (const column of columns) {
    const key = [column.purpose, column.class, column.basis, column.retain, column.erase, column.ground].join('\n')
    groups.set(key, [...(groups.get(key) ?? []), column])
  }
  return [...groups.values()]
}
