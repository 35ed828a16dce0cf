import { type CST, Composer, type Document, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml'
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.js'

/** Longest card that is read at all, in UTF-16 units. */
export const MAX_CARD_CHARS = 2_000_000
/** Longest front matter. */
export const MAX_FRONT_MATTER_CHARS = 400_000
/** Deepest nesting of the metadata. */
export const MAX_FRONT_MATTER_DEPTH = 32
/** Values the metadata may hold after its aliases are expanded. */
export const MAX_FRONT_MATTER_NODES = 50_000
/** Times aliases may be expanded. */
export const MAX_ALIASES = 50
/** Marks, words and blanks the metadata may be made of; reading costs some microseconds each. */
export const MAX_FRONT_MATTER_LEXEMES = 200_000
/** Parts outside of any document: more than a few are noise that a parser would complain about one by one. */
const MAX_STRAY_TOKENS = 100
/** Problems reported at most; the rest is noise. */
export const MAX_CARD_PROBLEMS = 20

/** One remark about a card. `line` and `column` count from 1 within the card file. */
export interface CardProblem {
  readonly message: string
  readonly line?: number
  readonly column?: number
}

/** A card split into metadata and text. `data` is null when there is no metadata or it cannot be read (then `errors` says why). */
export interface FrontMatter {
  readonly data: JsonObject | null
  /** Whether a front matter block is there, readable or not. */
  readonly isPresent: boolean
  /** The text below the metadata. */
  readonly body: string
  readonly errors: CardProblem[]
  readonly warnings: CardProblem[]
  /** Where a key, or a value in lists and mappings below it, stands in the card; the nearest that is there. */
  readonly positionOf: (key: string, ...below: (string | number)[]) => { line: number; column: number } | undefined
}

const NOWHERE = (): undefined => undefined

/**
 * Splits a card (README.md) and reads its YAML metadata. Never throws: what is wrong comes back in `errors` with its line and column.
 * Unknown keys are kept. Aliases, depth, size and count of values are capped.
 */
export function parseFrontMatter(card: string): FrontMatter {
  const text = card.charCodeAt(0) === 0xfeff ? card.slice(1) : card
  if (text.length > MAX_CARD_CHARS) {
    return unreadable('', `the card is longer than ${MAX_CARD_CHARS} characters`, true)
  }
  const block = splitCard(text)
  if (!block) {
    return { data: null, isPresent: false, body: text, errors: [], warnings: [], positionOf: NOWHERE }
  }
  if (block.yaml.length > MAX_FRONT_MATTER_CHARS) {
    return unreadable(block.body, `the metadata is longer than ${MAX_FRONT_MATTER_CHARS} characters`, true)
  }
  return readYaml(block)
}

interface CardBlock {
  readonly yaml: string
  readonly body: string
  /** Lines of the card before the first line of YAML. */
  readonly linesBefore: number
}

/** The closing fence must start a line, so the search runs by lines and stays linear on hostile text. */
function splitCard(text: string): CardBlock | null {
  const opening = /^\s{0,100}---[ \t]{0,100}\r?\n/.exec(text)
  if (!opening) return null
  const start = opening[0].length
  const closing = /^---[ \t]{0,100}(?:\r?\n|$)/
  for (let at = start; at <= text.length; ) {
    const newline = text.indexOf('\n', at)
    const next = newline < 0 ? text.length : newline + 1
    if (text.startsWith('---', at) && closing.test(text.slice(at, Math.min(next, at + 120)))) {
      return { yaml: text.slice(start, at), body: text.slice(next), linesBefore: countNewlines(opening[0]) }
    }
    if (newline < 0) return null
    at = next
  }
  return null
}

function countNewlines(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

function unreadable(body: string, message: string, isPresent: boolean): FrontMatter {
  return { data: null, isPresent, body, errors: [{ message, line: 1, column: 1 }], warnings: [], positionOf: NOWHERE }
}

/** A YAML document that stands alone, as plain JSON, under the limits of metadata; null when it cannot be read. Never throws. */
export function readBoundedYaml(text: string): { readonly value: JsonValue; readonly problem: CardProblem | null } {
  if (text.length > MAX_FRONT_MATTER_CHARS)
    return { value: null, problem: { message: `longer than ${MAX_FRONT_MATTER_CHARS} characters` } }
  const read = readDocument({ yaml: text, body: '', linesBefore: 0 })
  if ('data' in read) return { value: null, problem: read.errors[0] ?? null }
  try {
    return { value: toPlainJson(read.document), problem: null }
  } catch (error) {
    return { value: null, problem: { message: error instanceof Error ? error.message : String(error) } }
  }
}

function readYaml(block: CardBlock): FrontMatter {
  const read = readDocument(block)
  return 'data' in read ? read : toData(read.document, block, read)
}

interface ReadDocument {
  readonly document: Document.Parsed
  readonly warnings: CardProblem[]
  readonly place: (offset: number) => { line: number; column: number }
}

function readDocument(block: CardBlock): FrontMatter | ReadDocument {
  const lines = new LineCounter()
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line) + block.linesBefore, column: Math.max(1, col) }
  }
  const failed = (message: string): FrontMatter => unreadable(block.body, message, true)
  let document: Document.Parsed
  try {
    const tokens = readTokens(block.yaml, lines)
    if (!tokens) return failed('the metadata is made of too many parts')
    const excess = findExcess(tokens)
    if (excess) return failed(excess)
    // The library compares every pair of keys when asked for unique ones; `findDuplicateKey` is linear.
    const documents = [...new Composer({ schema: 'core', uniqueKeys: false, logLevel: 'silent' }).compose(tokens)]
    const first = documents[0]
    if (!first) return { data: {}, isPresent: true, body: block.body, errors: [], warnings: [], positionOf: NOWHERE }
    if (documents.length > 1) return failed('the metadata holds more than one YAML document')
    document = first
  } catch (error) {
    return failed(`the metadata could not be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  const remark = (problem: { message: string; pos: [number, number] }): CardProblem => ({
    message: plainMessage(problem.message),
    ...place(problem.pos[0]),
  })
  const warnings = document.warnings.slice(0, MAX_CARD_PROBLEMS).map(remark)
  if (document.errors.length > 0) {
    const errors = document.errors.slice(0, MAX_CARD_PROBLEMS).map(remark)
    return { data: null, isPresent: true, body: block.body, errors, warnings, positionOf: NOWHERE }
  }
  const twice = findDuplicateKey(document.contents)
  if (twice) {
    const errors = [{ message: `the key "${twice.key}" is there twice`, ...place(twice.offset) }]
    return { data: null, isPresent: true, body: block.body, errors, warnings, positionOf: NOWHERE }
  }
  return { document, warnings, place }
}

function toPlainJson(document: Document.Parsed): JsonValue {
  return toJson(document.toJS({ maxAliasCount: MAX_ALIASES }), { left: MAX_FRONT_MATTER_NODES }, 0)
}

const TOO_MANY_VALUES = `the metadata holds more than ${MAX_FRONT_MATTER_NODES} values`

/** What the text is made of, cut into words once; null when that are too many. */
function readTokens(yaml: string, lines: LineCounter): CST.Token[] | null {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  const tokens: CST.Token[] = []
  const keep = (some: Iterable<CST.Token>): void => {
    for (const token of some) if (tokens.length < MAX_STRAY_TOKENS) tokens.push(token)
  }
  let left = MAX_FRONT_MATTER_LEXEMES
  for (const lexeme of new Lexer().lex(yaml)) {
    if (--left < 0) return null
    keep(parser.next(lexeme))
  }
  keep(parser.end())
  return tokens
}

function toData(
  document: Document.Parsed,
  block: CardBlock,
  seen: Pick<ReadDocument, 'warnings' | 'place'>,
): FrontMatter {
  let value: unknown
  try {
    value = toPlainJson(document)
  } catch (error) {
    return unreadable(block.body, error instanceof Error ? error.message : String(error), true)
  }
  if (value === null) value = {}
  if (!isJsonObject(value)) return unreadable(block.body, 'the metadata must be a list of `key: value` lines', true)
  return {
    data: value,
    isPresent: true,
    body: block.body,
    errors: [],
    warnings: seen.warnings,
    positionOf: (key, ...below) => {
      const offset = findOffset(document.contents, [key, ...below])
      return offset === undefined ? undefined : seen.place(offset)
    },
  }
}

/** Where the node at a path begins; the last one that is there. A key stands for its whole entry. */
function findOffset(root: unknown, path: readonly (string | number)[]): number | undefined {
  let node = root
  let offset: number | undefined
  for (const step of path) {
    let found: unknown
    if (isSeq(node) && typeof step === 'number') {
      found = node.items[step]
      offset = (found as { range?: number[] } | undefined)?.range?.[0] ?? offset
    } else if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      if (pair && isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      found = pair?.value
    }
    if (found === undefined || found === null) return offset
    node = found
  }
  return offset
}

/** The library appends a drawing of the line; people get the position as numbers. */
function plainMessage(message: string): string {
  return message.replace(/ at line \d+, column \d+:[\s\S]*$/, '')
}

/** Copies into plain JSON: dates and other objects become strings, NaN and infinities null. */
function toJson(value: unknown, budget: { left: number }, depth: number): JsonValue {
  if (--budget.left < 0) throw new Error(TOO_MANY_VALUES)
  if (depth > MAX_FRONT_MATTER_DEPTH) throw new Error('the metadata is nested too deeply')
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map((item) => toJson(item, budget, depth + 1))
  if (typeof value === 'object') {
    const copy: JsonObject = {}
    for (const [key, item] of Object.entries(value)) {
      Object.defineProperty(copy, key, {
        value: toJson(item, budget, depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    return copy
  }
  return String(value)
}

/** Checks depth and aliases on the syntax tokens, without recursion: the composer recurses, so this must come before it. */
function findExcess(tokens: readonly CST.Token[]): string | null {
  const stack: { token: unknown; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }))
  let aliases = 0
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (typeof top.token !== 'object' || top.token === null) continue
    if (top.depth > MAX_FRONT_MATTER_DEPTH) return `the metadata is nested deeper than ${MAX_FRONT_MATTER_DEPTH} levels`
    const { type, items, value, key } = top.token as {
      type?: string
      items?: unknown[]
      value?: unknown
      key?: unknown
    }
    if (type === 'alias' && ++aliases > MAX_ALIASES) return `the metadata uses more than ${MAX_ALIASES} aliases`
    const inner = items ? top.depth + 1 : top.depth
    for (const item of items ?? []) stack.push({ token: item, depth: inner })
    stack.push({ token: value, depth: top.depth }, { token: key, depth: top.depth })
  }
  return null
}

/** The first key that a mapping holds twice. */
function findDuplicateKey(root: unknown): { key: string; offset: number } | null {
  const stack: unknown[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isSeq(node)) stack.push(...node.items.slice(0, MAX_FRONT_MATTER_NODES))
    if (!isMap(node)) continue
    const seen = new Set<string>()
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : null
      if (key !== null && isScalar(pair.key)) {
        if (seen.has(key)) return { key, offset: pair.key.range?.[0] ?? 0 }
        seen.add(key)
      }
      if (pair.value !== null) stack.push(pair.value)
    }
  }
  return null
}
