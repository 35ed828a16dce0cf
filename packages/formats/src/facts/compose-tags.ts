import { MAX_TAG_CHARS, ownValue, textList } from '../card/card-values.js'
import type { CardKind } from '../card/validate-card.js'
import type { JsonObject } from '../json-value.js'

/** Tags of one repository. */
export const MAX_TAGS = 500
/** Papers that are linked from one card. */
export const MAX_PAPERS = 100

const ARXIV = /arxiv\.org\/(?:abs|pdf)\/(\d{4}\.\d{4,5})|(?<![\w.])arxiv:\s?(\d{4}\.\d{4,5})/gi
const RELATIONS = new Set(['adapter', 'merge', 'quantized', 'finetune'])

/** Identifiers of arXiv papers a card's text refers to, in order of appearance. */
export function findPapers(text: string): string[] {
  const papers = new Set<string>()
  for (const match of text.matchAll(ARXIV)) {
    papers.add(match[1] ?? match[2] ?? '')
    if (papers.size >= MAX_PAPERS) break
  }
  return [...papers]
}

/** What the tags are composed of besides the card's metadata. */
export interface TagParts {
  readonly kind: CardKind
  readonly cardData: JsonObject
  readonly libraryName?: string | undefined
  readonly fileTags: readonly string[]
  readonly modelType?: string | undefined
  readonly pipelineTag?: string | undefined
  readonly papers: readonly string[]
  /** How the model relates to its base, as far as files show it (the card's `base_model_relation` wins). */
  readonly baseRelation?: string | undefined
  readonly extra?: readonly string[]
}

/**
 * Composes `tags` as the Hub does: library, formats, model type and task first, then the card's own tags, languages, `dataset:x`,
 * `arxiv:x`, `base_model:x`, `license:x`. Datasets carry their languages and categories with the key in front.
 */
export function composeTags(parts: TagParts): string[] {
  const { cardData } = parts
  const list = (key: string): string[] => textList(ownValue(cardData, key))
  const prefixed = (key: string, prefix = key): string[] => list(key).map((value) => `${prefix}:${value}`)
  const tags = parts.kind === 'dataset' ? datasetTags(parts, prefixed) : modelTags(parts, list, prefixed)
  tags.push(...parts.papers.map((paper) => `arxiv:${paper}`), ...(parts.extra ?? []))
  const unique = new Set(tags.filter((tag) => tag.length > 0 && tag.length <= MAX_TAG_CHARS && !hasControl(tag)))
  return [...unique].slice(0, MAX_TAGS)
}

function datasetTags(parts: TagParts, prefixed: (key: string, prefix?: string) => string[]): string[] {
  return [
    ...[
      'task_categories',
      'task_ids',
      'annotations_creators',
      'language_creators',
      'multilinguality',
      'source_datasets',
    ].flatMap((key) => prefixed(key)),
    ...prefixed('language'),
    ...prefixed('license'),
    ...prefixed('size_categories'),
    ...textList(ownValue(parts.cardData, 'tags')),
  ]
}

function modelTags(
  parts: TagParts,
  list: (key: string) => string[],
  prefixed: (key: string, prefix?: string) => string[],
): string[] {
  return [
    parts.libraryName ?? '',
    ...parts.fileTags,
    parts.modelType ?? '',
    parts.pipelineTag ?? '',
    ...list('tags'),
    ...list('language'),
    ...prefixed('datasets', 'dataset'),
    ...(parts.kind === 'model' ? baseModelTags(parts, list('base_model')) : []),
    ...prefixed('license'),
  ]
}

function baseModelTags(parts: TagParts, bases: readonly string[]): string[] {
  const declared = ownValue(parts.cardData, 'base_model_relation')
  const said = typeof declared === 'string' && RELATIONS.has(declared) ? declared : undefined
  const relation = said ?? (bases.length > 1 ? 'merge' : (parts.baseRelation ?? 'finetune'))
  return [...bases.map((base) => `base_model:${base}`), ...bases.map((base) => `base_model:${relation}:${base}`)]
}

function hasControl(tag: string): boolean {
  for (let at = 0; at < tag.length; at++) {
    const code = tag.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
