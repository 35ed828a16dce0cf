import { ByteCursor } from '../byte-cursor.js'
import { malformed, tooLarge } from '../format-error.js'
import type { FileSource } from '../ranged-reader.js'

/** Bytes of a model that are read at most; tensors' raw data is stepped over. */
export const MAX_ONNX_FETCH_BYTES = 64 * 1024 * 1024
/** Fields of all messages looked at. */
export const MAX_ONNX_FIELDS = 2_000_000
/** Inputs, outputs, operator sets, custom domains or external files that are reported. */
export const MAX_ONNX_REPORTED = 256
/** Longest text that is kept. */
const MAX_TEXT_BYTES = 1_024

/** One input or output of the graph. A dimension is a number, a name, or null when it is free. */
export interface OnnxValue {
  readonly name: string
  readonly type: string
  readonly shape: (number | string | null)[]
}

/** What is known of an ONNX model without its weights. */
export interface OnnxFacts {
  readonly irVersion: number
  readonly producer: string
  readonly opsets: { domain: string; version: number }[]
  readonly inputs: OnnxValue[]
  readonly outputs: OnnxValue[]
  readonly nodeCount: number
  /** Parameters of the initializers, from their shapes. */
  readonly totalParameters: number
  /** Operator domains beyond the standard ones: code the runtime must bring. */
  readonly customDomains: string[]
  /** Files next to the model that hold weights, as written; may be hostile paths. */
  readonly externalFiles: string[]
}

const ELEMENT_TYPES = (
  'undefined float uint8 int8 uint16 int16 int32 int64 string bool float16 double uint32 uint64 complex64 complex128 bfloat16 ' +
  'float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz uint4 int4 float4e2m1'
).split(' ')
const STANDARD_DOMAINS = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
])

interface Reading {
  readonly cursor: ByteCursor
  fieldsLeft: number
  irVersion: number
  producer: string[]
  opsets: { domain: string; version: number }[]
  values: { inputs: OnnxValue[]; outputs: OnnxValue[] }
  initializers: Set<string>
  nodeCount: number
  totalParameters: number
  domains: Set<string>
  externalFiles: Set<string>
}

/** One field of a message: its number, and either its number value or where its bytes end. */
interface Field {
  readonly number: number
  readonly value: number
  readonly end: number
}

/** Reads the header facts of an ONNX model: producer, operator sets, inputs, outputs, parameter count. Errors: `FormatError`. */
export async function readOnnx(source: FileSource): Promise<OnnxFacts> {
  const reading: Reading = {
    cursor: new ByteCursor(source, { maxFetchBytes: MAX_ONNX_FETCH_BYTES }),
    fieldsLeft: MAX_ONNX_FIELDS,
    irVersion: 0,
    producer: [],
    opsets: [],
    values: { inputs: [], outputs: [] },
    initializers: new Set(),
    nodeCount: 0,
    totalParameters: 0,
    domains: new Set(),
    externalFiles: new Set(),
  }
  await eachField(reading, source.sizeBytes, async (field) => {
    if (field.number === 1) reading.irVersion = field.value
    else if (field.number === 2 || field.number === 3) reading.producer.push(await takeText(reading, field))
    else if (field.number === 8) await takeOpset(reading, field)
    else if (field.number === 7) await takeGraph(reading, field)
  })
  if (reading.irVersion === 0 || reading.opsets.length === 0) throw malformed('the file is no ONNX model')
  return {
    irVersion: reading.irVersion,
    producer: reading.producer.filter((part) => part !== '').join(' '),
    opsets: reading.opsets,
    inputs: reading.values.inputs.filter((value) => !reading.initializers.has(value.name)),
    outputs: reading.values.outputs,
    nodeCount: reading.nodeCount,
    totalParameters: reading.totalParameters,
    customDomains: [...reading.domains],
    externalFiles: [...reading.externalFiles],
  }
}

/** Visits the fields of a message that ends at `end`; what the visitor leaves unread is stepped over. */
async function eachField(reading: Reading, end: number, visit: (field: Field) => Promise<void>): Promise<void> {
  const { cursor } = reading
  while (cursor.position < end) {
    if (--reading.fieldsLeft < 0) throw tooLarge(`more than ${MAX_ONNX_FIELDS} fields`)
    const key = await takeVarint(cursor)
    const wire = key % 8
    const number = Math.floor(key / 8)
    const value = wire === 0 || wire === 2 ? await takeVarint(cursor) : 0
    const length = wire === 2 ? value : wire === 1 ? 8 : wire === 5 ? 4 : 0
    if (number === 0 || (wire > 2 && wire !== 5)) throw malformed(`no field begins at byte ${cursor.position}`)
    const fieldEnd = cursor.position + length
    if (fieldEnd > end) throw malformed('a field reaches past its message')
    if (wire === 0 || wire === 2) await visit({ number, value, end: fieldEnd })
    cursor.skip(fieldEnd - cursor.position)
  }
}

async function takeVarint(cursor: ByteCursor): Promise<number> {
  let value = 0
  let scale = 1
  for (let nth = 0; nth < 10; nth++) {
    const wait = cursor.need(1)
    if (wait) await wait
    const byte = cursor.takeU8()
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 128
  }
  throw malformed('a number is too long')
}

async function takeText(reading: Reading, field: Field): Promise<string> {
  const length = Math.min(field.end - reading.cursor.position, MAX_TEXT_BYTES)
  await reading.cursor.need(length)
  return new TextDecoder().decode(reading.cursor.takeBytes(length))
}

async function takeOpset(reading: Reading, outer: Field): Promise<void> {
  const opset = { domain: '', version: 0 }
  await eachField(reading, outer.end, async (field) => {
    if (field.number === 1) opset.domain = await takeText(reading, field)
    else if (field.number === 2) opset.version = field.value
  })
  if (reading.opsets.length < MAX_ONNX_REPORTED) reading.opsets.push(opset)
}

async function takeGraph(reading: Reading, outer: Field): Promise<void> {
  await eachField(reading, outer.end, async (field) => {
    if (field.number === 1) await takeNode(reading, field)
    else if (field.number === 5) await takeInitializer(reading, field)
    else if (field.number === 11 || field.number === 12) {
      const list = field.number === 11 ? reading.values.inputs : reading.values.outputs
      const value = await takeValueInfo(reading, field)
      if (list.length < MAX_ONNX_REPORTED) list.push(value)
    }
  })
}

async function takeNode(reading: Reading, outer: Field): Promise<void> {
  reading.nodeCount++
  await eachField(reading, outer.end, async (field) => {
    if (field.number !== 7) return
    const domain = await takeText(reading, field)
    if (!STANDARD_DOMAINS.has(domain) && reading.domains.size < MAX_ONNX_REPORTED) reading.domains.add(domain)
  })
}

async function takeInitializer(reading: Reading, outer: Field): Promise<void> {
  let count = 1
  await eachField(reading, outer.end, async (field) => {
    if (field.number === 1 && field.end === reading.cursor.position) count *= field.value
    else if (field.number === 1) while (reading.cursor.position < field.end) count *= await takeVarint(reading.cursor)
    else if (field.number === 8) {
      const name = await takeText(reading, field)
      if (reading.initializers.size < MAX_ONNX_FIELDS) reading.initializers.add(name)
    } else if (field.number === 13) await takeExternal(reading, field)
  })
  reading.totalParameters += count
  if (!Number.isSafeInteger(reading.totalParameters)) throw malformed('the shapes of the tensors are absurd')
}

async function takeExternal(reading: Reading, outer: Field): Promise<void> {
  let key = ''
  let value = ''
  await eachField(reading, outer.end, async (field) => {
    if (field.number === 1) key = await takeText(reading, field)
    else if (field.number === 2) value = await takeText(reading, field)
  })
  if (key === 'location' && reading.externalFiles.size < MAX_ONNX_REPORTED) reading.externalFiles.add(value)
}

async function takeValueInfo(reading: Reading, outer: Field): Promise<OnnxValue> {
  const value = { name: '', type: 'undefined', shape: [] as (number | string | null)[] }
  await eachField(reading, outer.end, async (field) => {
    if (field.number === 1) value.name = await takeText(reading, field)
    else if (field.number === 2) await eachField(reading, field.end, (inner) => takeTensorType(reading, inner, value))
  })
  return value
}

async function takeTensorType(
  reading: Reading,
  outer: Field,
  value: { type: string; shape: (number | string | null)[] },
): Promise<void> {
  if (outer.number !== 1) return
  await eachField(reading, outer.end, async (field) => {
    if (field.number === 1) value.type = ELEMENT_TYPES[field.value] ?? `type ${field.value}`
    else if (field.number === 2) {
      await eachField(reading, field.end, async (dimension) => {
        let size: number | string | null = null
        await eachField(reading, dimension.end, async (part) => {
          if (part.number === 1) size = part.value
          else if (part.number === 2) size = await takeText(reading, part)
        })
        if (value.shape.length < 16) value.shape.push(size)
      })
    }
  })
}
