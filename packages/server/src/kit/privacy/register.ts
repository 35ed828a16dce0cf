/** What a column holds. */
export type PrivacyClass = 'none' | 'personal' | 'sensitive' | 'secret' | 'content'

/**
 * What becomes of a value when its person is erased. `delete` removes the row, `null` and `pseudonymise` replace the
 * value, `shred` destroys a key, `module` says that the module that owns the table has removed the row before,
 * `keep` names the ground.
 */
export type EraseRule = 'delete' | 'null' | 'pseudonymise' | 'shred' | 'module' | 'keep'

/** A comment of the catalogue as the database has it; `column` is null for the table itself. */
export interface CatalogComment {
  readonly schema: string
  readonly table: string
  readonly column: string | null
  /** The SQL type; empty for a table. */
  readonly type: string
  readonly nullable: boolean
  readonly comment: string | null
}

export interface RegisteredColumn {
  readonly name: string
  readonly type: string
  readonly class: PrivacyClass
  readonly purpose: string
  readonly basis: string
  readonly retain: string
  readonly erase: EraseRule
  /** Why it is kept, for `keep`. */
  readonly ground: string
}

export interface RegisteredTable {
  readonly schema: string
  readonly name: string
  /** The column with the id of the person the row is about; null when rows are about nobody in particular. */
  readonly subject: string | null
  /** Section of a person's export. */
  readonly section: string | null
  /** What happens to the whole row; `cascade`: it goes with the row it refers to; `keep`: each column says. */
  readonly erase: 'delete' | 'module' | 'cascade' | 'keep'
  /** The column by which rows grow old; null when nothing is deleted by age, or its module does it. */
  readonly age: string | null
  readonly columns: readonly RegisteredColumn[]
}

const CLASSES: ReadonlySet<string> = new Set(['none', 'personal', 'sensitive', 'secret', 'content'])
const RULES: ReadonlySet<string> = new Set(['delete', 'null', 'pseudonymise', 'shred', 'module', 'keep'])
const COLUMN_WORDS = new Set(['class', 'purpose', 'basis', 'retain', 'erase', 'type', 'note'])
const TABLE_WORDS = new Set(['subject', 'export', 'erase', 'age', 'note'])

/** `word=value; word=value` as a map; a part without `=` stands under the empty word. */
export function readComment(comment: string): Map<string, string> {
  const words = new Map<string, string>()
  for (const part of comment.split(';')) {
    const at = part.indexOf('=')
    const word = at < 0 ? '' : part.slice(0, at).trim()
    if (part.trim() !== '') words.set(word, part.slice(at + 1).trim())
  }
  return words
}

/** The register, and one sentence for each column that does not say what it holds. */
export function readRegister(comments: readonly CatalogComment[]): { tables: RegisteredTable[]; problems: string[] } {
  const problems: string[] = []
  const tables: RegisteredTable[] = []
  const byTable = new Map<string, CatalogComment[]>()
  for (const one of comments) {
    const name = `${one.schema}.${one.table}`
    byTable.set(name, [...(byTable.get(name) ?? []), one])
  }
  for (const [name, own] of byTable) {
    const columns = own.flatMap((one) => (one.column === null ? [] : [readColumn(one, problems)]))
    tables.push(readTable(name, own, columns, problems))
  }
  return { tables, problems }
}

function readTable(
  name: string,
  own: readonly CatalogComment[],
  columns: readonly RegisteredColumn[],
  problems: string[],
): RegisteredTable {
  const words = readComment(own.find((one) => one.column === null)?.comment ?? '')
  const { schema = '', table = '' } = own[0] ?? {}
  const subject = words.get('subject') ?? null
  for (const word of words.keys())
    if (!TABLE_WORDS.has(word)) problems.push(`${name}: "${word}" is no word of a table's comment`)
  if (subject !== null && !columns.some((column) => column.name === subject)) {
    problems.push(`${name}: subject=${subject} is not a column`)
  }
  const erase = words.get('erase') ?? 'keep'
  const wantsRow = columns.find((column) => column.erase === 'delete' && column.class !== 'none')
  if (erase === 'keep' && wantsRow && subject !== null) {
    problems.push(`${name}.${wantsRow.name}: erase=delete takes the row: say erase=delete in the comment of the table`)
  }
  if (wantsRow && subject === null && erase !== 'cascade') {
    problems.push(
      `${name}.${wantsRow.name}: whose row is it? Say it: comment on table ${name} is 'subject=<column>; export=<section>; erase=delete';`,
    )
  }
  const isRule = erase === 'delete' || erase === 'module' || erase === 'cascade' || erase === 'keep'
  if (!isRule) problems.push(`${name}: erase=${erase} is not delete, module, cascade or keep`)
  const age = words.get('age') ?? null
  if (age !== null && !columns.some((column) => column.name === age))
    problems.push(`${name}: age=${age} is not a column`)
  const section = words.get('export') ?? null
  return { schema, name: table, subject, section, erase: isRule ? erase : 'keep', age, columns }
}

function readColumn(one: CatalogComment, problems: string[]): RegisteredColumn {
  const words = readComment(one.comment ?? '')
  const name = `${one.schema}.${one.table}.${one.column}`
  const [, rule = '', ground = ''] = /^(\w*)(?:\((.*)\))?$/s.exec(words.get('erase') ?? '') ?? []
  const column: RegisteredColumn = {
    name: one.column ?? '',
    type: one.type,
    class: (words.get('class') ?? 'none') as PrivacyClass,
    purpose: words.get('purpose') ?? '',
    basis: words.get('basis') ?? '',
    retain: words.get('retain') ?? '',
    erase: (rule || 'keep') as EraseRule,
    ground,
  }
  const problem = words.has('class') ? findProblem(column, words, one.nullable) : HOW_TO
  if (problem !== null) problems.push(problem.replaceAll('<name>', name).replace(/^(?!comment)/, `${name}: `))
  return column
}

const HOW_TO =
  "has no privacy class. Write in your migration: comment on column <name> is 'class=none; purpose=…'; (or, about a person: 'class=personal; purpose=…; basis=contract; retain=life of the account; erase=delete'; see docs/guides/privacy-register.md)"

function findProblem(column: RegisteredColumn, words: ReadonlyMap<string, string>, nullable: boolean): string | null {
  for (const word of words.keys()) if (!COLUMN_WORDS.has(word)) return `"${word}" is no word of a column's comment`
  if (!CLASSES.has(column.class)) return `class=${column.class} is not one of ${[...CLASSES].join(', ')}`
  if (column.purpose === '') return 'purpose= is missing'
  if (column.class === 'none') return null
  for (const word of ['basis', 'retain', 'erase'])
    if (!words.get(word)) return `${word}= is missing (class=${column.class})`
  if (!RULES.has(column.erase)) return `erase=${column.erase} is not one of ${[...RULES].join(', ')}`
  if (column.erase === 'keep' && column.ground === '') return 'erase=keep(…) names its ground'
  if (column.erase === 'null' && !nullable) return 'erase=null needs a column that may be null'
  if (column.erase === 'pseudonymise' && column.type !== 'text') return 'erase=pseudonymise needs a text column'
  return null
}
