/** Counts an upstream reported for one call. */
export interface ReportedUsage {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
}

const MARK = Buffer.from('"usage"')
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const MAX_USAGE_BYTES = 4_096
const MAX_COUNT = 1_000_000_000

/**
 * The last `"usage":{…}` of an answer, null when there is none. A model cannot forge it: inside a JSON string its
 * quotes are escaped and do not match.
 */
export function findUsage(answer: Buffer): ReportedUsage | null {
  for (let at = answer.lastIndexOf(MARK); at !== -1; at = at === 0 ? -1 : answer.lastIndexOf(MARK, at - 1)) {
    const start = skipToObject(answer, at + MARK.length)
    const end = start === -1 ? -1 : endOfObject(answer, start)
    if (end === -1) continue
    const usage = readUsage(answer.toString('utf8', start, end))
    if (usage) return usage
  }
  return null
}

function skipToObject(bytes: Buffer, from: number): number {
  for (let at = from; at < from + 16; at++) {
    const byte = bytes[at]
    if (byte === OPEN_BRACE) return at
    if (byte !== 0x3a && byte !== 0x20) return -1
  }
  return -1
}

function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0
  let inString = false
  const limit = Math.min(bytes.length, start + MAX_USAGE_BYTES)
  for (let at = start; at < limit; at++) {
    const byte = bytes[at]
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_BRACE) depth += 1
    else if (byte === CLOSE_BRACE && --depth === 0) return at + 1
  }
  return -1
}

function readUsage(text: string): ReportedUsage | null {
  try {
    const usage = JSON.parse(text) as Record<string, unknown>
    const input = toCount(usage['prompt_tokens'] ?? usage['input_tokens'])
    if (input === null) return null
    const details = (usage['prompt_tokens_details'] ?? {}) as Record<string, unknown>
    const cached = toCount(details['cached_tokens']) ?? 0
    return {
      inputTokens: input,
      cachedInputTokens: Math.min(cached, input),
      outputTokens: toCount(usage['completion_tokens'] ?? usage['output_tokens']) ?? 0,
    }
  } catch {
    return null
  }
}

/** A whole number of tokens, however an upstream wrote it; null when it is none. */
export function toCount(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= MAX_COUNT ? Math.floor(value) : null
}
