import { malformed, tooLarge } from '../format-error.js'
import { isJsonObject, type JsonObject, type JsonValue, parseBoundedJson } from '../json-value.js'
import { type FileSource, readExactly } from '../ranged-reader.js'

/** Longest header, in bytes (clients refuse longer ones too). */
export const MAX_SAFETENSORS_HEADER_BYTES = 25_000_000
/** Tensors in one file. */
export const MAX_SAFETENSORS_TENSORS = 500_000
/** Dimensions of one tensor. */
export const MAX_TENSOR_DIMENSIONS = 16
/** Shards one index may name. */
export const MAX_SAFETENSORS_SHARDS = 2_000

const DTYPE_BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  I4: 4,
  U4: 4,
}

/** One tensor of a file; offsets count from the first byte after the header. */
export interface SafetensorsTensor {
  readonly dtype: string
  readonly shape: number[]
  readonly start: number
  readonly end: number
}

/** A checked header. `json` is the header as written, `__metadata__` included. */
export interface SafetensorsHeader {
  readonly headerBytes: number
  readonly json: JsonObject
  readonly metadata: Record<string, string>
  readonly tensors: Map<string, SafetensorsTensor>
  readonly parameters: ParameterCounts
}

/** Parameters by dtype and in all, as the Hub's `safetensors` field has them. */
export interface ParameterCounts {
  readonly parameters: Record<string, number>
  readonly total: number
}

/**
 * Reads and checks the header of a safetensors file: known dtypes, sizes that fit the shapes, offsets that follow each other
 * without gap or overlap and end with the file, no name twice. Errors: `FormatError`.
 */
export async function readSafetensorsHeader(source: FileSource): Promise<SafetensorsHeader> {
  const prefix = await readExactly(source, 0, 8)
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(MAX_SAFETENSORS_HEADER_BYTES))
    throw tooLarge(`the header is longer than ${MAX_SAFETENSORS_HEADER_BYTES} bytes`)
  const headerBytes = Number(length)
  if (headerBytes < 2) throw malformed('the header is empty')
  const raw = await readExactly(source, 8, 8 + headerBytes)
  if (raw[0] !== 0x7b) throw malformed('the header does not begin with {')
  const text = new TextDecoder('utf-8', { fatal: false }).decode(raw)
  const json = parseBoundedJson(text)
  if (!isJsonObject(json)) throw malformed('the header is not a JSON object')
  const names = Object.keys(json)
  if (names.length > MAX_SAFETENSORS_TENSORS) throw tooLarge(`more than ${MAX_SAFETENSORS_TENSORS} tensors`)
  if (countTopLevelKeys(text) !== names.length) throw malformed('a name is there twice')
  const tensors = readTensors(json, source.sizeBytes - 8 - headerBytes)
  return {
    headerBytes,
    json,
    metadata: readMetadata(json['__metadata__']),
    tensors,
    parameters: countParameters(tensors.values()),
  }
}

function readMetadata(value: JsonValue | undefined): Record<string, string> {
  if (value === undefined) return {}
  if (!isJsonObject(value)) throw malformed('__metadata__ is not an object')
  const entries = Object.entries(value)
  if (entries.some(([, item]) => typeof item !== 'string'))
    throw malformed('__metadata__ holds something else than text')
  return Object.fromEntries(entries) as Record<string, string>
}

function readTensors(json: JsonObject, dataBytes: number): Map<string, SafetensorsTensor> {
  const tensors = new Map<string, SafetensorsTensor>()
  for (const [name, value] of Object.entries(json)) {
    if (name !== '__metadata__') tensors.set(name, readTensor(name, value))
  }
  let expected = 0
  for (const tensor of [...tensors.values()].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (tensor.start !== expected) throw malformed('the tensors leave a gap or overlap')
    expected = tensor.end
  }
  if (expected !== dataBytes) throw malformed(`the tensors fill ${expected} bytes, the file holds ${dataBytes}`)
  return tensors
}

function readTensor(name: string, value: JsonValue): SafetensorsTensor {
  if (!isJsonObject(value)) throw malformed(`tensor ${quote(name)} is not described by an object`)
  const { dtype, shape, data_offsets: offsets } = value
  const bits = typeof dtype === 'string' && Object.hasOwn(DTYPE_BITS, dtype) ? DTYPE_BITS[dtype] : undefined
  if (typeof dtype !== 'string' || bits === undefined) throw malformed(`tensor ${quote(name)} has an unknown dtype`)
  if (!isCountList(shape) || shape.length > MAX_TENSOR_DIMENSIONS)
    throw malformed(`tensor ${quote(name)} has no valid shape`)
  if (!isCountList(offsets) || offsets.length !== 2) throw malformed(`tensor ${quote(name)} has no valid offsets`)
  const [start, end] = offsets as [number, number]
  const sizeBits = multiply(shape) * bits
  if (end < start || !Number.isSafeInteger(sizeBits) || sizeBits % 8 !== 0 || (end - start) * 8 !== sizeBits) {
    throw malformed(`the size of tensor ${quote(name)} does not fit its shape`)
  }
  return { dtype, shape, start, end }
}

function isCountList(value: JsonValue | undefined): value is number[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0)
  )
}

function multiply(shape: readonly number[]): number {
  let product = 1
  for (const size of shape) product *= size
  return product
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 100))
}

/** Sums the parameters of tensors by dtype. */
export function countParameters(tensors: Iterable<{ dtype: string; shape: readonly number[] }>): ParameterCounts {
  const parameters: Record<string, number> = {}
  let total = 0
  for (const { dtype, shape } of tensors) {
    const count = multiply(shape)
    parameters[dtype] = (parameters[dtype] ?? 0) + count
    total += count
  }
  return { parameters, total }
}

/** Adds the counts of several shards. */
export function addParameterCounts(counts: Iterable<ParameterCounts>): ParameterCounts {
  const parameters: Record<string, number> = {}
  let total = 0
  for (const count of counts) {
    for (const [dtype, n] of Object.entries(count.parameters)) parameters[dtype] = (parameters[dtype] ?? 0) + n
    total += count.total
  }
  return { parameters, total }
}

/** What `model.safetensors.index.json` says: the shard files (in name order) and its metadata, or null when it is no valid index. */
export function readSafetensorsIndex(text: string): { shards: string[]; json: JsonObject } | null {
  const json = parseBoundedJson(text)
  if (!isJsonObject(json) || !isJsonObject(json.weight_map)) return null
  const shards = new Set<string>()
  for (const file of Object.values(json.weight_map)) {
    if (typeof file !== 'string' || !/^[\w.-]{1,200}\.safetensors$/.test(file)) return null
    shards.add(file)
    if (shards.size > MAX_SAFETENSORS_SHARDS) return null
  }
  return { shards: [...shards].sort(), json }
}

/** Keys at depth one of a JSON object's text: `JSON.parse` keeps only the last of equal keys. */
function countTopLevelKeys(text: string): number {
  let depth = 0
  let colons = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
    else if (code === 0x3a && depth === 1) colons++
  }
  return colons
}
