/** Words of one search that are used. */
export const MAX_SEARCH_WORDS = 12
/** Longest search text. */
export const MAX_SEARCH_CHARS = 200
/** Words of one repository that are indexed. */
export const MAX_INDEXED_WORDS = 400

/** A search as typed (lower case) and its words. */
export interface Search {
  readonly text: string
  readonly words: readonly string[]
}

/** Reads the `search` parameter; several values are one search. Null when nothing is left of it. */
export function readSearch(values: readonly string[]): Search | null {
  const text = values.join(' ').trim().slice(0, MAX_SEARCH_CHARS).toLowerCase().normalize('NFC')
  const words = splitWords(text).slice(0, MAX_SEARCH_WORDS)
  return text === '' || words.length === 0 ? null : { text, words }
}

/** Words of any text: runs of letters and digits, and the letter and digit parts of a mixed run (`llama3` is also `llama` and `3`). */
export function splitWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Words a repository is found by, with the parts of mixed ones, no word twice. */
export function indexWords(text: string): string {
  const words = new Set<string>()
  for (const word of splitWords(text)) {
    if (words.size >= MAX_INDEXED_WORDS) break
    if (word.length > 60) continue
    words.add(word)
    const parts = word.match(/\p{L}+|\p{N}+/gu) ?? []
    if (parts.length > 1) for (const part of parts) words.add(part)
  }
  return [...words].join(' ')
}

/** A `to_tsquery('simple', …)` text: every word must begin a word of the entry. Words hold letters and digits only, so nothing needs quoting. */
export function toTsQuery(search: Search): string {
  return search.words.map((word) => `${word}:*`).join(' & ')
}
