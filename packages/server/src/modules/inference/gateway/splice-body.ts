import { refuse } from '@stoa/contracts'
import type { ScannedBody, Span } from './scan-body.js'

const MAX_OPTIONS_BYTES = 1_024

/** What policy wants changed in a body; everything else is forwarded byte for byte. */
export interface BodyChanges {
  /** The upstream's own name of the model; null leaves the caller's. */
  readonly upstreamModel: string | null
  /** Ceiling of generated tokens per answer; null leaves the caller's. */
  readonly maxTokens: number | null
  /** Asks the upstream to report usage at the end of a stream. */
  readonly reportUsage: boolean
}

interface Edit extends Span {
  readonly text: string
}

/** The body with the changes spliced in. */
export function spliceBody(body: Buffer, scanned: ScannedBody, changes: BodyChanges): Buffer {
  const edits: Edit[] = []
  const inserted: string[] = []
  if (changes.upstreamModel !== null && changes.upstreamModel !== scanned.model) {
    edits.push({ ...scanned.modelSpan, text: JSON.stringify(changes.upstreamModel) })
  }
  if (changes.maxTokens !== null) limitTokens(scanned, changes.maxTokens, edits, inserted)
  if (changes.reportUsage) {
    const options = scanned.streamOptionsSpan
    if (!options) inserted.push('"stream_options":{"include_usage":true}')
    else if (!wantsUsage(body, scanned)) edits.push({ ...options, text: withUsage(body, options) })
  }
  if (edits.length === 0 && inserted.length === 0) return body
  return applyEdits(body, edits, inserted)
}

/** Whether the caller itself asked for the usage chunk of a stream. */
export function wantsUsage(body: Buffer, scanned: ScannedBody): boolean {
  const span = scanned.streamOptionsSpan
  return span !== null && readOptions(body, span)['include_usage'] === true
}

function limitTokens(scanned: ScannedBody, limit: number, edits: Edit[], inserted: string[]): void {
  const { maxTokens, maxCompletionTokens, maxTokensSpan, maxCompletionTokensSpan } = scanned
  const text = String(limit)
  if (maxTokensSpan && (maxTokens ?? Number.POSITIVE_INFINITY) > limit) edits.push({ ...maxTokensSpan, text })
  if (maxCompletionTokensSpan && (maxCompletionTokens ?? Number.POSITIVE_INFINITY) > limit) {
    edits.push({ ...maxCompletionTokensSpan, text })
  }
  if (!maxTokensSpan && !maxCompletionTokensSpan) inserted.push(`"max_tokens":${text}`)
}

function readOptions(body: Buffer, span: Span): Record<string, unknown> {
  if (span.end - span.start > MAX_OPTIONS_BYTES) throw refuseOptions()
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8', span.start, span.end))
    if (parsed === null) return {}
    if (typeof parsed !== 'object' || Array.isArray(parsed)) throw refuseOptions()
    return parsed as Record<string, unknown>
  } catch {
    throw refuseOptions()
  }
}

function withUsage(body: Buffer, span: Span): string {
  return JSON.stringify({ ...readOptions(body, span), include_usage: true })
}

function refuseOptions() {
  return refuse('UnreadableCall', 'Invalid request: stream_options must be a small object.', {
    param: 'stream_options',
  })
}

function applyEdits(body: Buffer, edits: Edit[], inserted: readonly string[]): Buffer {
  const brace = body.indexOf('{') + 1
  const parts: Buffer[] = [body.subarray(0, brace)]
  if (inserted.length > 0) parts.push(Buffer.from(`${inserted.join(',')},`))
  let at = brace
  for (const edit of edits.sort((left, right) => left.start - right.start)) {
    parts.push(body.subarray(at, edit.start), Buffer.from(edit.text))
    at = edit.end
  }
  parts.push(body.subarray(at))
  return Buffer.concat(parts)
}
