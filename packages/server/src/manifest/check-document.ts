import { z } from 'zod'
import type { ManifestNoun } from '../kit/manifest/noun.js'
import { explainIssue } from './explain-issue.js'
import { type KeyPath, refuseManifest, renderPath } from './manifest-problem.js'
import { findNearestWord } from './nearest-word.js'
import type { ManifestDocument } from './read-documents.js'
import { type ResolveSecret, resolveSecrets } from './resolve-secrets.js'

const MAX_ITEMS = 10_000

/** One item, parsed by its noun. */
export interface CheckedItem {
  readonly noun: ManifestNoun
  readonly index: number
  readonly item: unknown
  /** `state: absent`. */
  readonly isAbsent: boolean
}

/** A document whose every key is known and every value has its shape. */
export interface CheckedDocument {
  readonly document: ManifestDocument
  /** As the document says; null when it says nothing. */
  readonly lenient: boolean | null
  readonly items: readonly CheckedItem[]
}

/** The refusal at a key of a document. */
export function problemAt(document: ManifestDocument, path: KeyPath, expected: string): Error {
  return refuseManifest({ file: document.file, ...document.locate(path), key: renderPath(path), expected })
}

/** Resolves secrets and checks every item; throws `ManifestInvalid` at the first problem. */
export function checkDocument(
  document: ManifestDocument,
  nouns: readonly ManifestNoun[],
  resolve: ResolveSecret,
): CheckedDocument {
  const value = resolveSecrets(document.value, resolve, (path, { source, name }) =>
    problemAt(
      document,
      path,
      source === 'env' ? `environment variable ${name} is not set` : `file ${name} cannot be read`,
    ),
  ) as Record<string, unknown>
  checkTopLevel(document, value, nouns)
  const items = nouns.flatMap((noun) => checkItems(document, noun, value[noun.key]))
  const { lenient } = value
  return { document, lenient: typeof lenient === 'boolean' ? lenient : null, items }
}

function checkTopLevel(
  document: ManifestDocument,
  value: Record<string, unknown>,
  nouns: readonly ManifestNoun[],
): void {
  const known = ['lenient', ...nouns.map((noun) => noun.key)]
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const nearest = findNearestWord(key, known)
    const hint = nearest ? `did you mean "${nearest}"?` : `known here: ${known.join(', ')}`
    throw problemAt(document, [key], `unknown key; ${hint}`)
  }
  const { lenient } = value
  if (lenient !== undefined && typeof lenient !== 'boolean') throw problemAt(document, ['lenient'], 'expected boolean')
}

function checkItems(document: ManifestDocument, noun: ManifestNoun, list: unknown): CheckedItem[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw problemAt(document, [noun.key], 'expected a list')
  if (list.length > MAX_ITEMS) throw problemAt(document, [noun.key], `at most ${MAX_ITEMS} items`)
  const seen = new Map<string, number>()
  return list.map((value: unknown, index) => {
    const checked = checkItem(document, noun, value, index)
    const name = identityOf(noun, checked.item)
    const before = seen.get(name)
    if (before !== undefined)
      throw problemAt(document, [noun.key, index], `the same as ${noun.key}[${before}]; name it once`)
    seen.set(name, index)
    return checked
  })
}

function checkItem(document: ManifestDocument, noun: ManifestNoun, value: unknown, index: number): CheckedItem {
  if (isAbsent(value)) return { noun, index, item: checkAbsent(document, noun, value, index), isAbsent: true }
  const parsed = noun.schema.safeParse(value, { reportInput: true })
  if (parsed.success) return { noun, index, item: parsed.data, isAbsent: false }
  const [issue] = parsed.error.issues
  if (!issue) throw problemAt(document, [noun.key, index], 'a valid item')
  const { path, expected } = explainIssue(issue, noun.schema)
  throw problemAt(document, [noun.key, index, ...path], expected)
}

function isAbsent(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && 'state' in value && value.state === 'absent'
}

/** Of an absent item only its identity is asked for; the rest is not looked at. */
function checkAbsent(
  document: ManifestDocument,
  noun: ManifestNoun,
  value: Record<string, unknown>,
  index: number,
): unknown {
  const shape = noun.schema instanceof z.ZodObject ? (noun.schema.shape as Record<string, z.ZodType>) : {}
  for (const key of noun.identity) {
    const ok = shape[key] ? shape[key].safeParse(value[key]).success : typeof value[key] === 'string'
    if (!ok) throw problemAt(document, [noun.key, index, key], 'missing; it says which item is to be removed')
  }
  return value
}

function identityOf(noun: ManifestNoun, item: unknown): string {
  const fields = item as Record<string, unknown>
  return JSON.stringify(noun.identity.map((key) => String(fields[key]).toLowerCase()))
}
