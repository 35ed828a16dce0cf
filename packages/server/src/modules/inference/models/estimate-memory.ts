import type { GgufFacts, JsonValue } from '@stoa/formats'

const MIB = 1024 * 1024
const BASE_BYTES = 100 * MIB
const ONNX_FACTOR = 1.3
const CACHE_VALUE_BYTES = 2
/** Tokens a replica reserves room for at most; a model's own limit when smaller. */
export const MAX_CONTEXT_TOKENS = 4_096
/** Requests a replica generates at once. */
export const SEQUENCES = 4
/** Node, the runtime and room to work, on top of what the model itself is estimated to need. */
const HEADROOM_BYTES = 400 * MIB
const HEADROOM_FACTOR = 1.2

export interface MemoryEstimate {
  readonly estimateBytes: number
  readonly contextTokens: number
}

/** File, key-value cache of every sequence, and a base (compute.md §9). */
export function estimateLlama(fileBytes: number, facts: GgufFacts): MemoryEstimate {
  const architecture = facts.metadata.get('general.architecture')
  const read = (key: string): number => toNumber(facts.metadata.get(`${String(architecture)}.${key}`))
  const heads = read('attention.head_count') || 1
  const cacheHeads = read('attention.head_count_kv') || heads
  const headSize = read('attention.key_length') || read('embedding_length') / heads
  const contextTokens = Math.min(MAX_CONTEXT_TOKENS, read('context_length') || MAX_CONTEXT_TOKENS)
  const perToken = 2 * read('block_count') * cacheHeads * headSize * CACHE_VALUE_BYTES
  return { estimateBytes: Math.ceil(fileBytes + perToken * contextTokens * SEQUENCES + BASE_BYTES), contextTokens }
}

export function estimateOnnx(fileBytes: number): MemoryEstimate {
  return { estimateBytes: Math.ceil(fileBytes * ONNX_FACTOR + BASE_BYTES), contextTokens: MAX_CONTEXT_TOKENS }
}

/** The limit a replica is killed at. */
export function memoryLimit(estimateBytes: number): number {
  return Math.ceil(estimateBytes * HEADROOM_FACTOR + HEADROOM_BYTES)
}

function toNumber(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
}
