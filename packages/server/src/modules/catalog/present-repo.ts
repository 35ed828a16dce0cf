import type { RepoInfo } from '@stoa/contracts'
import type { RepoFacts } from '@stoa/formats'
import { type Entry, fullNameOf, MAX_LISTED_CARD_CHARS } from './entry.js'
import type { Projection } from './listing/expand-keys.js'

/** One file as `siblings` names it; the sizes are there when `blobs` was asked. */
export interface Sibling {
  readonly rfilename: string
  readonly size?: number
  readonly blobId?: string
  readonly lfs?: { readonly sha256: string; readonly size: number; readonly pointerSize: number }
}

/** What an answer may need beyond the entry itself; only the parts that the projection asks for are there. */
export interface Extras {
  readonly siblings?: readonly Sibling[]
  readonly spaces?: readonly string[]
  readonly childrenModelCount?: number
  /** All revisions; while it is not measured the size of the files stands for it. */
  readonly usedStorage?: number
  readonly baseModels?: {
    readonly relation: string
    readonly models: readonly { readonly _id: string; readonly id: string }[]
  }
  readonly inference?: 'warm'
  /** By provider in an information answer, as a list in a list. */
  readonly inferenceProviderMapping?: object
  readonly securityRepoStatus?: {
    readonly scansDone: boolean
    readonly filesWithIssues: readonly { readonly path: string; readonly level: string }[]
  }
}

type Value = (entry: Entry, extras: Extras) => unknown

const facts = (entry: Entry): RepoFacts => entry.facts.repo

/** Every key an answer can carry, and where its value comes from. `undefined` leaves the key out. */
const VALUES: Readonly<Record<string, Value>> = {
  _id: (entry) => entry.repoId,
  id: fullNameOf,
  modelId: fullNameOf,
  author: (entry) => entry.namespace,
  private: (entry) => entry.visibility !== 'public',
  gated: (entry) => (entry.gated === 'false' ? false : entry.gated),
  disabled: (entry) => entry.disabled,
  downloads: (entry) => entry.downloads,
  downloadsAllTime: (entry) => entry.downloadsAllTime,
  likes: (entry) => entry.likes,
  tags: (entry) => facts(entry).tags,
  createdAt: (entry) => entry.createdAt.toISOString(),
  lastModified: (entry) => entry.updatedAt.toISOString(),
  trendingScore: (entry) => entry.trending,
  sha: (entry) => entry.headOid ?? undefined,
  usedStorage: (entry, extras) => extras.usedStorage ?? entry.usedBytes,
  mainSize: (entry) => entry.usedBytes,
  pipeline_tag: (entry) => facts(entry).pipelineTag,
  library_name: (entry) => facts(entry).libraryName,
  cardData: (entry) => facts(entry).cardData ?? undefined,
  config: (entry) => facts(entry).config,
  transformersInfo: (entry) => facts(entry).transformersInfo,
  'model-index': (entry) => facts(entry).modelIndex,
  evalResults: (entry) => facts(entry).evalResults ?? [],
  widgetData: (entry) => facts(entry).widgetData,
  mask_token: (entry) => facts(entry).maskToken,
  safetensors: (entry) => facts(entry).safetensors,
  gguf: (entry) => facts(entry).gguf,
  description: (entry) => facts(entry).description,
  sdk: (entry) => facts(entry).sdk,
  models: (entry) => facts(entry).models,
  datasets: (entry) => facts(entry).datasets,
  subdomain: (entry) => subdomainOf(fullNameOf(entry)),
  siblings: (entry, extras) => extras.siblings ?? entry.facts.siblings.map((rfilename) => ({ rfilename })),
  spaces: (_entry, extras) => extras.spaces,
  childrenModelCount: (_entry, extras) => extras.childrenModelCount,
  baseModels: (_entry, extras) => extras.baseModels,
  securityRepoStatus: (_entry, extras) => extras.securityRepoStatus,
  inference: (_entry, extras) => extras.inference,
  inferenceProviderMapping: (_entry, extras) => extras.inferenceProviderMapping,
  xetEnabled: () => true,
}

const ALWAYS: Readonly<Record<Entry['type'], readonly string[]>> = {
  model: 'modelId private gated downloads likes tags createdAt pipeline_tag library_name trendingScore'.split(' '),
  dataset: 'private gated downloads likes tags createdAt trendingScore'.split(' '),
  space: 'private likes tags createdAt sdk trendingScore'.split(' '),
  kernel: 'private gated downloads likes tags createdAt trendingScore'.split(' '),
}
const FULL: Readonly<Record<Entry['type'], readonly string[]>> = {
  model: 'author sha lastModified disabled siblings'.split(' '),
  dataset: 'author sha lastModified disabled description cardData siblings'.split(' '),
  space: 'author sha lastModified disabled cardData siblings subdomain models datasets'.split(' '),
  kernel: 'author sha lastModified disabled'.split(' '),
}
const INFO: Readonly<Record<Entry['type'], readonly string[]>> = {
  model:
    'cardData config transformersInfo model-index widgetData mask_token spaces safetensors gguf inference usedStorage'.split(
      ' ',
    ),
  dataset: ['usedStorage'],
  space: ['gated', 'usedStorage'],
  kernel: ['usedStorage'],
}

/** Writes an entry as the Hub does: the keys of the projection, those without a value left out (hub-api 4.3). */
export function presentRepo(entry: Entry, projection: Projection, extras: Extras = {}): RepoInfo {
  const answer: Record<string, unknown> = {}
  for (const key of keysOf(entry.type, projection)) {
    const value = VALUES[key]?.(entry, extras)
    if (value !== undefined && value !== null) answer[key] = value
  }
  return { ...answer, _id: entry.repoId, id: fullNameOf(entry) }
}

function keysOf(type: Entry['type'], projection: Projection): readonly string[] {
  if (projection.kind === 'expand') return [...projection.keys]
  if (projection.kind === 'info') {
    return [...ALWAYS[type], ...FULL[type], ...INFO[type], ...(projection.securityStatus ? ['securityRepoStatus'] : [])]
  }
  return [
    ...ALWAYS[type],
    ...(projection.full ? FULL[type] : []),
    ...(projection.cardData || projection.full ? ['cardData'] : []),
    ...(projection.config ? ['config'] : []),
  ]
}

/** Whether an answer with this projection carries a key. */
export function wantsKey(type: Entry['type'], projection: Projection, key: string): boolean {
  return keysOf(type, projection).includes(key)
}

/** Host label of an app: `ada/My_demo` is `ada-my-demo`. */
export function subdomainOf(fullName: string): string {
  return fullName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}

/** Facts as the table keeps them: a very large card is left to the information route. */
export function trimForTable(repo: RepoFacts): RepoFacts {
  if (JSON.stringify(repo.cardData ?? null).length <= MAX_LISTED_CARD_CHARS) return repo
  return { ...repo, cardData: null }
}
