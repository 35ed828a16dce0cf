import { refuse, type StoaError } from '@stoa/contracts'

/** Bytes `[start, end)` of one value of the body. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What policy needs to know of a call, found without parsing the body (gateway-speed.md §2.3). */
export interface ScannedBody {
  readonly model: string
  readonly modelSpan: Span
  readonly stream: boolean
  readonly maxTokens: number | null
  readonly maxTokensSpan: Span | null
  readonly maxCompletionTokens: number | null
  readonly maxCompletionTokensSpan: Span | null
  readonly streamOptionsSpan: Span | null
  /** Answers the call asks for: `n` times the number of prompts. */
  readonly answers: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const MAX_DEPTH = 64
const MAX_KEYS = 256
const MAX_MODEL_BYTES = 300
const MAX_ANSWERS = 100_000
const MAX_TOKENS = 100_000_000

type Key = 'model' | 'stream' | 'max_tokens' | 'max_completion_tokens' | 'stream_options' | 'n' | 'best_of' | 'prompt'
const KEYS = new Set<string>([
  'model',
  'stream',
  'max_tokens',
  'max_completion_tokens',
  'stream_options',
  'n',
  'best_of',
  'prompt',
])

/** Finds the few fields we need at the top level of a JSON object; throws `UnreadableCall` on what it cannot follow. */
export function scanBody(body: Buffer): ScannedBody {
  const spans = findSpans(body)
  const model = spans.get('model')
  if (!model) throw unreadable('you must provide a model', 'model')
  const choices = readCount(body, spans.get('n'), 'n') ?? 1
  const best = readCount(body, spans.get('best_of'), 'best_of') ?? 1
  return {
    model: readModel(body, model),
    modelSpan: model,
    stream: readFlag(body, spans.get('stream')),
    maxTokens: readCount(body, spans.get('max_tokens'), 'max_tokens'),
    maxTokensSpan: spans.get('max_tokens') ?? null,
    maxCompletionTokens: readCount(body, spans.get('max_completion_tokens'), 'max_completion_tokens'),
    maxCompletionTokensSpan: spans.get('max_completion_tokens') ?? null,
    streamOptionsSpan: spans.get('stream_options') ?? null,
    answers: Math.min(MAX_ANSWERS, Math.max(choices, best) * countPrompts(body, spans.get('prompt'))),
  }
}

function findSpans(body: Buffer): Map<Key, Span> {
  const spans = new Map<Key, Span>()
  let at = skipSpace(body, 0)
  if (body[at] !== OPEN_BRACE) throw unreadable('the body must be a JSON object')
  at = skipSpace(body, at + 1)
  if (body[at] === CLOSE_BRACE) return spans
  for (let keys = 0; keys < MAX_KEYS; keys++) {
    if (body[at] !== QUOTE) throw unreadable('the body is not valid JSON')
    const keyEnd = endOfString(body, at)
    const key = body.toString('latin1', at + 1, keyEnd - 1)
    if (key.includes('\\')) throw unreadable('keys must not be written with escapes')
    at = skipSpace(body, keyEnd)
    if (body[at] !== COLON) throw unreadable('the body is not valid JSON')
    const start = skipSpace(body, at + 1)
    const end = endOfValue(body, start)
    if (KEYS.has(key)) {
      if (spans.has(key as Key)) throw unreadable(`the key "${key}" stands twice`, key)
      spans.set(key as Key, { start, end })
    }
    at = skipSpace(body, end)
    if (body[at] === CLOSE_BRACE) {
      if (skipSpace(body, at + 1) !== body.length) throw unreadable('something follows the body')
      return spans
    }
    if (body[at] !== COMMA) throw unreadable('the body is not valid JSON')
    at = skipSpace(body, at + 1)
  }
  throw unreadable(`the body has more than ${MAX_KEYS} keys`)
}

function skipSpace(body: Buffer, from: number): number {
  let at = from
  for (let byte = body[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = body[at]) at += 1
  return at
}

/** Index after the closing quote; the search itself is native. */
function endOfString(body: Buffer, start: number): number {
  for (let at = body.indexOf(QUOTE, start + 1); at !== -1; at = body.indexOf(QUOTE, at + 1)) {
    let slashes = 0
    while (body[at - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
  throw unreadable('a string is not closed')
}

function endOfValue(body: Buffer, start: number): number {
  const first = body[start]
  if (first === QUOTE) return endOfString(body, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(body, start)
  let at = start
  for (let byte = body[at]; byte !== undefined && isScalarByte(byte); byte = body[at]) at += 1
  if (at === start) throw unreadable('the body is not valid JSON')
  return at
}

function endOfNested(body: Buffer, start: number): number {
  const open: number[] = []
  for (let at = start; at < body.length; ) {
    const byte = body[at]
    if (byte === QUOTE) {
      at = endOfString(body, at)
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (open.push(byte) > MAX_DEPTH) throw unreadable(`the body is nested deeper than ${MAX_DEPTH} levels`)
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (open.pop() !== byte - 2) throw unreadable('the body is not valid JSON')
      if (open.length === 0) return at + 1
    }
    at += 1
  }
  throw unreadable('the body ends too early')
}

/** Letters, digits, sign and point: `true`, `null`, `-1.5e3`. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}

function readModel(body: Buffer, span: Span): string {
  if (body[span.start] !== QUOTE || span.end - span.start > MAX_MODEL_BYTES)
    throw unreadable('model must be a short text', 'model')
  const text = body.toString('utf8', span.start + 1, span.end - 1)
  return text.includes('\\') ? readEscaped(body, span) : text
}

function readEscaped(body: Buffer, span: Span): string {
  try {
    return String(JSON.parse(body.toString('utf8', span.start, span.end)))
  } catch {
    throw unreadable('model is not valid JSON', 'model')
  }
}

function readFlag(body: Buffer, span: Span | undefined): boolean {
  if (!span) return false
  const text = body.toString('latin1', span.start, span.end)
  if (text === 'true') return true
  if (text === 'false' || text === 'null') return false
  throw unreadable('stream must be true or false', 'stream')
}

function readCount(body: Buffer, span: Span | undefined, name: string): number | null {
  if (!span) return null
  const text = body.toString('latin1', span.start, Math.min(span.end, span.start + 20))
  if (text === 'null') return null
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= 1 && value <= MAX_TOKENS)) throw unreadable(`${name} must be a whole number of at least 1`, name)
  return value
}

/** A list of texts or of token lists asks for one answer each; a list of numbers is one prompt. */
function countPrompts(body: Buffer, span: Span | undefined): number {
  if (!span || body[span.start] !== OPEN_BRACKET) return 1
  const first = body[skipSpace(body, span.start + 1)]
  if (first !== QUOTE && first !== OPEN_BRACKET) return 1
  let count = 1
  for (let at = span.start + 1; at < span.end - 1; ) {
    const byte = body[at]
    if (byte === QUOTE) at = endOfString(body, at)
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) at = endOfNested(body, at)
    else {
      if (byte === COMMA) count += 1
      at += 1
    }
  }
  return count
}

function unreadable(why: string, param: string | null = null): StoaError {
  return refuse('UnreadableCall', `Invalid request: ${why}.`, { param, code: 'invalid_request' })
}
