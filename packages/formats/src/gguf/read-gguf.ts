import { ByteCursor } from '../byte-cursor.js'
import { FormatError, malformed, tooLarge } from '../format-error.js'
import type { JsonValue } from '../json-value.js'
import { type FileSource, readExactly } from '../ranged-reader.js'

/** Bytes of a file that are read at most: metadata, vocabulary and tensor list. */
export const MAX_GGUF_FETCH_BYTES = 64 * 1024 * 1024
/** Metadata entries. */
export const MAX_GGUF_ENTRIES = 10_000
/** Tensors. */
export const MAX_GGUF_TENSORS = 200_000
/** Longest key, in bytes. */
export const MAX_GGUF_KEY_BYTES = 1_024
/** Longest text value that is kept, in bytes (chat templates are long). */
export const MAX_GGUF_STRING_BYTES = 1_000_000
/** Items of one array. */
export const MAX_GGUF_ARRAY_ITEMS = 4_000_000
/** Arrays longer than this are skipped and only their length is kept. */
export const MAX_GGUF_KEPT_ITEMS = 32
/** Nesting of arrays. */
export const MAX_GGUF_ARRAY_DEPTH = 4
/** Dimensions of one tensor. */
export const MAX_GGUF_DIMENSIONS = 8

/** One tensor as the file lists it, innermost dimension first. */
export interface GgufTensor {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
}

/** What is known of a GGUF file without reading its weights. Arrays too long to keep are `{ length }`. */
export interface GgufFacts {
  readonly version: number
  readonly metadata: ReadonlyMap<string, JsonValue>
  readonly tensorCount: number
  /** Number of parameters, from the shapes of all tensors. */
  readonly totalParameters: number
  /** Tensors by quantisation type name. */
  readonly tensorTypes: Record<string, number>
  /** The first `keepTensors` of them; none unless asked. */
  readonly tensors: readonly GgufTensor[]
}

const ENTRY_TYPE_BYTES: readonly (number | null)[] = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8]
const STRING_TYPE = 8
const ARRAY_TYPE = 9
const TENSOR_TYPES: readonly string[] = (
  'F32 F16 Q4_0 Q4_1 Q4_2 Q4_3 Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ2_S ' +
  'IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16 Q4_0_4_4 Q4_0_4_8 Q4_0_8_8 TQ1_0 TQ2_0 IQ4_NL_4_4 IQ4_NL_4_8 IQ4_NL_8_8 MXFP4'
).split(' ')

/** Reads the metadata and the tensor list of a GGUF file (versions 2 and 3, both byte orders). Errors: `FormatError`. */
export async function readGguf(source: FileSource, keepTensors = 0): Promise<GgufFacts> {
  const head = await readExactly(source, 0, 24)
  if (String.fromCharCode(...head.subarray(0, 4)) !== 'GGUF') throw malformed('the file does not begin with GGUF')
  const view = new DataView(head.buffer, head.byteOffset, 24)
  const littleEndian = (view.getUint32(4, true) & 0xffff) !== 0
  const version = view.getUint32(4, littleEndian)
  if (version !== 2 && version !== 3) throw new FormatError('unsupported', `GGUF version ${version} is not read here`)
  const cursor = new ByteCursor(source, { start: 8, maxFetchBytes: MAX_GGUF_FETCH_BYTES, littleEndian })
  await cursor.need(16)
  const tensorCount = cursor.takeCount()
  const entryCount = cursor.takeCount()
  if (tensorCount > MAX_GGUF_TENSORS) throw tooLarge(`more than ${MAX_GGUF_TENSORS} tensors`)
  if (entryCount > MAX_GGUF_ENTRIES) throw tooLarge(`more than ${MAX_GGUF_ENTRIES} metadata entries`)
  const metadata = new Map<string, JsonValue>()
  for (let nth = 0; nth < entryCount; nth++) {
    const key = await takeString(cursor, MAX_GGUF_KEY_BYTES)
    if (key === null) throw tooLarge('a metadata key is too long')
    await cursor.need(4)
    const value = await takeValue(cursor, cursor.takeU32(), 0)
    if (metadata.has(key)) throw malformed(`the key ${JSON.stringify(key)} is there twice`)
    metadata.set(key, value)
  }
  return { version, metadata, tensorCount, ...(await takeTensors(cursor, tensorCount, keepTensors)) }
}

async function takeString(cursor: ByteCursor, keepBytes: number): Promise<string | null> {
  const wait = cursor.need(8)
  if (wait) await wait
  const length = cursor.takeCount()
  if (length > keepBytes) {
    cursor.skip(length)
    return null
  }
  const more = cursor.need(length)
  if (more) await more
  return new TextDecoder('utf-8', { fatal: false }).decode(cursor.takeBytes(length))
}

async function takeValue(cursor: ByteCursor, type: number, depth: number): Promise<JsonValue> {
  if (type === STRING_TYPE) return takeString(cursor, MAX_GGUF_STRING_BYTES)
  if (type === ARRAY_TYPE) return takeArray(cursor, depth)
  const size = ENTRY_TYPE_BYTES[type]
  if (!size) throw malformed(`unknown metadata type ${type} at byte ${cursor.position}`)
  const wait = cursor.need(size)
  if (wait) await wait
  return takeScalar(cursor, type)
}

function takeScalar(cursor: ByteCursor, type: number): JsonValue {
  switch (type) {
    case 0:
      return cursor.takeU8()
    case 1:
      return (cursor.takeU8() << 24) >> 24
    case 2:
      return cursor.takeU16()
    case 3:
      return (cursor.takeU16() << 16) >> 16
    case 4:
      return cursor.takeU32()
    case 5:
      return cursor.takeI32()
    case 6:
      return finite(cursor.takeF32())
    case 7:
      return cursor.takeU8() !== 0
    case 12:
      return finite(cursor.takeF64())
    default: {
      const value = type === 10 ? BigInt.asUintN(64, cursor.takeI64()) : cursor.takeI64()
      return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
        ? Number(value)
        : value.toString()
    }
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

async function takeArray(cursor: ByteCursor, depth: number): Promise<JsonValue> {
  if (depth >= MAX_GGUF_ARRAY_DEPTH) throw tooLarge(`arrays are nested deeper than ${MAX_GGUF_ARRAY_DEPTH}`)
  await cursor.need(12)
  const type = cursor.takeU32()
  const length = cursor.takeCount()
  if (length > MAX_GGUF_ARRAY_ITEMS) throw tooLarge(`an array holds more than ${MAX_GGUF_ARRAY_ITEMS} items`)
  const fixed = ENTRY_TYPE_BYTES[type]
  if (fixed && length > MAX_GGUF_KEPT_ITEMS) {
    cursor.skip(fixed * length)
    return { length }
  }
  const items: JsonValue[] = []
  const keep = length <= MAX_GGUF_KEPT_ITEMS
  for (let nth = 0; nth < length; nth++) {
    if (!keep && type === STRING_TYPE) await takeString(cursor, 0)
    else {
      const value = await takeValue(cursor, type, depth + 1)
      if (keep) items.push(value)
    }
  }
  return keep ? items : { length }
}

async function takeTensors(
  cursor: ByteCursor,
  count: number,
  keep: number,
): Promise<{ totalParameters: number; tensorTypes: Record<string, number>; tensors: GgufTensor[] }> {
  const tensorTypes: Record<string, number> = {}
  const tensors: GgufTensor[] = []
  let totalParameters = 0
  for (let nth = 0; nth < count; nth++) {
    const name = await takeString(cursor, MAX_GGUF_KEY_BYTES)
    if (name === null) throw tooLarge('a tensor name is too long')
    const wait = cursor.need(4)
    if (wait) await wait
    const dimensions = cursor.takeU32()
    if (dimensions > MAX_GGUF_DIMENSIONS) throw malformed(`a tensor has ${dimensions} dimensions`)
    const more = cursor.need(dimensions * 8 + 12)
    if (more) await more
    const shape: number[] = []
    for (let axis = 0; axis < dimensions; axis++) shape.push(cursor.takeCount())
    const size = shape.reduce((product, length) => product * length, 1)
    const type = cursor.takeU32()
    cursor.skip(8)
    totalParameters += size
    if (!Number.isSafeInteger(totalParameters)) throw malformed('the shapes of the tensors are absurd')
    const typeName = TENSOR_TYPES[type] ?? `type_${type}`
    tensorTypes[typeName] = (tensorTypes[typeName] ?? 0) + 1
    if (tensors.length < keep) tensors.push({ name, type: typeName, shape })
  }
  return { totalParameters, tensorTypes, tensors }
}
