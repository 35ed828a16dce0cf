import type { RepoType } from '@stoa/contracts'
import type { RepoFacts } from '@stoa/formats'

/** Files whose names a list entry carries; the information route lists all. */
export const MAX_LISTED_SIBLINGS = 1_000
/** Card metadata larger than this (as JSON) is left out of lists. */
export const MAX_LISTED_CARD_CHARS = 100_000

/** What `catalog.entries.facts` holds. */
export interface EntryFacts {
  readonly repo: RepoFacts
  /** Paths of the files at the head, the first ones. */
  readonly siblings: readonly string[]
}

/** One repository as the catalogue knows it. Counts are numbers: they stay far below 2^53. */
export interface Entry {
  readonly repoId: string
  readonly type: RepoType
  readonly namespace: string
  readonly name: string
  readonly visibility: 'public' | 'private' | 'internal'
  readonly gated: 'false' | 'auto' | 'manual'
  readonly disabled: boolean
  readonly headOid: string | null
  readonly facts: EntryFacts
  readonly usedBytes: number
  readonly downloads: number
  readonly downloadsAllTime: number
  readonly likes: number
  /** Of the last 30 days. */
  readonly likesRecent: number
  readonly trending: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** `namespace/name`. */
export function fullNameOf(entry: { readonly namespace: string; readonly name: string }): string {
  return `${entry.namespace}/${entry.name}`
}

/** Facts of a repository without files. */
export const NO_FACTS: RepoFacts = {
  cardData: null,
  tags: [],
  licences: [],
  languages: [],
  baseModels: [],
  datasets: [],
  models: [],
  papers: [],
}

/** Everything `filter=` may name for an entry: its tags, and the same things with their key in front. */
export function filtersOf(facts: RepoFacts): string[] {
  const filters = new Set(facts.tags)
  const add = (key: string, values: readonly (string | undefined)[]): void => {
    for (const value of values) if (value) filters.add(`${key}:${value}`)
  }
  add('pipeline_tag', [facts.pipelineTag])
  add('library', [facts.libraryName])
  add('license', facts.licences)
  add('language', facts.languages)
  add('dataset', facts.datasets)
  add('datasets', facts.datasets)
  add('models', facts.models)
  add('sdk', [facts.sdk])
  for (const format of ['safetensors', 'gguf', 'onnx', 'pytorch', 'tf', 'jax', 'transformers.js', 'tflite', 'keras']) {
    if (facts.tags.includes(format)) filters.add(`library:${format}`)
  }
  return [...filters]
}
