/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue }

/** Whether a value is a plain JSON object (no array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Depth below which `parseBoundedJson` reads. */
export const MAX_JSON_DEPTH = 64

/**
 * Parses JSON from a foreign file. Returns null when it is not JSON or is nested deeper than `MAX_JSON_DEPTH`.
 * The depth is checked on the text first, because a deep document exhausts the stack of whoever walks it later.
 */
export function parseBoundedJson(text: string): JsonValue | null {
  if (jsonTextDepth(text) > MAX_JSON_DEPTH) return null
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return null
  }
}

/** Deepest nesting of brackets outside of strings. */
function jsonTextDepth(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return deepest
}
