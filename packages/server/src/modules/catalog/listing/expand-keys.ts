import { type InfoQuery, type ListQuery, refuse, type RepoType } from '@stoa/contracts'

/** What `expand` may name, per kind; a client's test compares these lists with its own (hub-api 4.3). */
export const EXPAND_KEYS: Readonly<Record<RepoType, readonly string[]>> = {
  model:
    'author baseModels cardData childrenModelCount config createdAt disabled downloads downloadsAllTime evalResults gated gguf inference inferenceProviderMapping lastModified library_name likes mask_token model-index pipeline_tag private resourceGroup safetensors sha siblings spaces tags transformersInfo trendingScore usedStorage widgetData'.split(
      ' ',
    ),
  dataset:
    'author cardData citation createdAt description disabled downloads downloadsAllTime gated lastModified likes mainSize paperswithcode_id private resourceGroup sha siblings tags trendingScore usedStorage'.split(
      ' ',
    ),
  space:
    'author cardData createdAt datasets disabled lastModified likes models private region resourceGroup runtime sdk sha siblings subdomain tags trendingScore usedStorage'.split(
      ' ',
    ),
  kernel: 'author createdAt disabled downloads gated lastModified likes private sha tags trendingScore'.split(' '),
}

/**
 * Asked for by some clients, and in no list that a newer Python client compares: `xetEnabled` by those of 2025 to learn how
 * to upload (xet.md §0), `gitalyUid` by the JavaScript one, which gets no value for it.
 */
const UNLISTED_KEYS = ['xetEnabled', 'gitalyUid']

/** Which keys an answer carries: those asked by `expand`, or a set that grows with the flags. */
export type Projection =
  | { readonly kind: 'expand'; readonly keys: ReadonlySet<string> }
  | { readonly kind: 'list'; readonly full: boolean; readonly cardData: boolean; readonly config: boolean }
  | { readonly kind: 'info'; readonly blobs: boolean; readonly securityStatus: boolean }

/** Reads `expand`; the text of the refusal is exactly the Hub's, because a client's test reads the list out of it. */
export function readExpand(type: RepoType, query: Pick<InfoQuery, 'expand' | 'expand[]'>): ReadonlySet<string> | null {
  const asked = [...query.expand, ...query['expand[]']].flatMap((value) => value.split(',')).filter((key) => key !== '')
  if (asked.length === 0) return null
  const known = EXPAND_KEYS[type]
  if (asked.some((key) => !UNLISTED_KEYS.includes(key) && !known.includes(key))) {
    throw refuse('InvalidRequest', `"expand" must be one of [${known.join(', ')}]`)
  }
  return new Set(asked)
}

export function listProjection(type: RepoType, query: ListQuery): Projection {
  const keys = readExpand(type, query)
  if (!keys) return { kind: 'list', full: query.full, cardData: query.cardData, config: query.config }
  if (query.full || query.cardData || query.config) {
    throw refuse('InvalidRequest', '"expand" cannot be used together with "full", "cardData" or "config"')
  }
  return { kind: 'expand', keys }
}

export function infoProjection(type: RepoType, query: InfoQuery): Projection {
  const keys = readExpand(type, query)
  if (!keys) return { kind: 'info', blobs: query.blobs, securityStatus: query.securityStatus }
  if (query.blobs || query.securityStatus) {
    throw refuse('InvalidRequest', '"expand" cannot be used together with "blobs" or "securityStatus"')
  }
  return { kind: 'expand', keys }
}
