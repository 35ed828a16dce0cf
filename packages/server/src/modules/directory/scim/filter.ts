import { refuse } from '@stoa/contracts'
import { ENTERPRISE_USER, SCHEMA_URNS } from './schema-urns.js'

/** What a filter may be at most; past it the answer is `invalidFilter`. */
export const FILTER_LIMITS = { characters: 4096, terms: 64, depth: 16 } as const

/** An attribute: `userName`, `name.givenName`, or one of an extension. `name` is empty for a whole extension. */
export interface AttributePath {
  readonly schema: string | null
  readonly name: string
  readonly sub: string | null
}

export type CompareOp = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'
export type CompareValue = string | number | boolean | null

/** A filter of RFC 7644 §3.4.2.2 as a tree. */
export type Filter =
  | { readonly kind: 'and'; readonly parts: readonly Filter[] }
  | { readonly kind: 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'compare'; readonly path: AttributePath; readonly op: CompareOp; readonly value: CompareValue }
  | { readonly kind: 'has'; readonly path: AttributePath; readonly part: Filter }

/** What a PATCH operation is about (RFC 7644 §3.5.2): an attribute, perhaps only some of its values, perhaps one part of them. */
export interface PatchPath {
  readonly path: AttributePath
  readonly which: Filter | null
  readonly sub: string | null
}

const COMPARE = new Set<string>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y
const ATTRIBUTE = /^[a-z$][\w$-]*$/i

interface Token {
  readonly kind: 'mark' | 'text' | 'word'
  readonly text: string
  /** Directly after the token before it, without a space. */
  readonly isJoined: boolean
}

/** Reads a filter; throws `ScimInvalidFilter` with what was expected where. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text, 'ScimInvalidFilter')
  const filter = reader.or(0)
  reader.end()
  return filter
}

/** Reads the path of a PATCH operation; throws `ScimInvalidPath`. */
export function parsePatchPath(text: string): PatchPath {
  const reader = new Reader(text, 'ScimInvalidPath')
  const path = reader.attribute()
  let which: Filter | null = null
  let sub: string | null = null
  if (reader.takesMark('[')) {
    which = reader.or(1)
    reader.demandMark(']')
    sub = reader.subAttribute()
  }
  reader.end()
  return { path, which, sub: sub ?? null }
}

class Reader {
  readonly #tokens: readonly Token[]
  readonly #code: 'ScimInvalidFilter' | 'ScimInvalidPath'
  #at = 0
  #terms = 0

  constructor(text: string, code: 'ScimInvalidFilter' | 'ScimInvalidPath') {
    this.#code = code
    if (text.length > FILTER_LIMITS.characters) throw this.#problem('it is too long')
    this.#tokens = this.#split(text)
  }

  or(depth: number): Filter {
    return this.#chain('or', depth, () => this.#chain('and', depth, () => this.#term(depth)))
  }

  attribute(): AttributePath {
    const token = this.#next()
    if (token?.kind !== 'word') throw this.#problem('an attribute is missing')
    return this.#readAttribute(token.text)
  }

  /** `.value` directly after a bracket, or nothing. */
  subAttribute(): string | null {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'word' || !token.isJoined || !token.text.startsWith('.')) return null
    const name = token.text.slice(1)
    if (!ATTRIBUTE.test(name)) throw this.#problem(`"${token.text}" is no attribute`)
    this.#at += 1
    return name
  }

  takesMark(mark: string): boolean {
    const token = this.#tokens[this.#at]
    const isIt = token?.kind === 'mark' && token.text === mark
    if (isIt) this.#at += 1
    return isIt
  }

  demandMark(mark: string): void {
    if (!this.takesMark(mark)) throw this.#problem(`"${mark}" is missing`)
  }

  end(): void {
    const token = this.#tokens[this.#at]
    if (token) throw this.#problem(`"${token.text}" is not expected there`)
  }

  #chain(word: 'and' | 'or', depth: number, read: () => Filter): Filter {
    if (depth > FILTER_LIMITS.depth) throw this.#problem('it is nested too deeply')
    const parts = [read()]
    while (this.#takesWord(word)) parts.push(read())
    return parts.length === 1 ? (parts[0] as Filter) : { kind: word, parts }
  }

  #term(depth: number): Filter {
    this.#terms += 1
    if (this.#terms > FILTER_LIMITS.terms) throw this.#problem('it has too many terms')
    if (this.takesMark('(')) return this.#inside(')', depth)
    const after = this.#tokens[this.#at + 1]
    if (after?.kind === 'mark' && after.text === '(' && this.#takesWord('not')) {
      this.#at += 1
      return { kind: 'not', part: this.#inside(')', depth) }
    }
    const path = this.attribute()
    if (this.takesMark('[')) return { kind: 'has', path, part: this.#inside(']', depth) }
    return this.#comparison(path)
  }

  #inside(mark: string, depth: number): Filter {
    const filter = this.or(depth + 1)
    this.demandMark(mark)
    return filter
  }

  #comparison(path: AttributePath): Filter {
    const op = this.#next()
    const word = op?.kind === 'word' ? op.text.toLowerCase() : ''
    if (word === 'pr') return { kind: 'present', path }
    if (!COMPARE.has(word)) throw this.#problem(`"${op?.text ?? ''}" is no operator`)
    return { kind: 'compare', path, op: word as CompareOp, value: this.#value() }
  }

  #value(): CompareValue {
    const token = this.#next()
    if (!token || token.kind === 'mark') throw this.#problem('a value is missing')
    try {
      const value = JSON.parse(token.kind === 'text' ? token.text : token.text.toLowerCase()) as unknown
      if (value === null || typeof value !== 'object') return value as CompareValue
    } catch {
      // Falls through: neither a text in quotes, a number, true, false nor null.
    }
    throw this.#problem(`${token.text} is no value; texts stand in double quotes`)
  }

  #readAttribute(text: string): AttributePath {
    const known = SCHEMA_URNS.find((urn) => urn.toLowerCase() === text.toLowerCase())
    if (known !== undefined) return { schema: known, name: '', sub: null }
    const at = text.lastIndexOf(':')
    const schema = at === -1 ? null : this.#knownSchema(text.slice(0, at))
    const [name = '', sub = null, ...more] = text.slice(at + 1).split('.')
    const isRight = ATTRIBUTE.test(name) && (sub === null || ATTRIBUTE.test(sub)) && more.length === 0
    if (!isRight) throw this.#problem(`"${text}" is no attribute`)
    return { schema, name, sub }
  }

  #knownSchema(text: string): string {
    const urn = SCHEMA_URNS.find((one) => one.toLowerCase() === text.toLowerCase())
    if (urn === undefined && !/^urn:[\w:.-]+$/i.test(text)) throw this.#problem(`"${text}" is no schema`)
    return urn ?? text
  }

  #takesWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    const isIt = token?.kind === 'word' && token.text.toLowerCase() === word
    if (isIt) this.#at += 1
    return isIt
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++]
  }

  #split(text: string): Token[] {
    const tokens: Token[] = []
    const source = text.trim()
    TOKEN.lastIndex = 0
    while (TOKEN.lastIndex < source.length) {
      const from = TOKEN.lastIndex
      const match = TOKEN.exec(source)
      if (!match) throw this.#problem(`it cannot be read from "${source.slice(from, from + 20)}" on`)
      const [whole, mark, quoted, word] = match
      const found = mark ?? quoted ?? word ?? ''
      const kind = mark !== undefined ? 'mark' : quoted !== undefined ? 'text' : 'word'
      tokens.push({ kind, text: found, isJoined: whole.length === found.length })
    }
    return tokens
  }

  #problem(what: string): Error {
    const isPath = this.#code === 'ScimInvalidPath'
    return refuse(this.#code, `The ${isPath ? 'path' : 'filter'} cannot be read: ${what}.`)
  }
}

/** Whether a path names the extension of people who work somewhere. */
export const isEnterprise = (path: AttributePath): boolean => path.schema === ENTERPRISE_USER
