import type { JsonObject, JsonValue } from '../json-value.js'

/** Items of one card list that are looked at. */
export const MAX_CARD_LIST = 1_000
/** Longest text value that becomes a tag, in characters. */
export const MAX_TAG_CHARS = 200

/** A card value that may be one text or a list of texts, as a list. Other things are left out. */
export function textList(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number') return [String(value)]
  if (!Array.isArray(value)) return []
  return value.slice(0, MAX_CARD_LIST).filter((item): item is string => typeof item === 'string' && item !== '')
}

/** A text value of a card, or undefined. */
export function textOf(data: JsonObject, key: string): string | undefined {
  const value = Object.hasOwn(data, key) ? data[key] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A value under its key, never an inherited one. */
export function ownValue(data: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined
}
