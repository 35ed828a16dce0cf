import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../format-error.js'
import { damage, seededRandom } from '../fuzz.js'
import { sourceOf } from '../ranged-reader.js'
import { MAX_SAFETENSORS_HEADER_BYTES, readSafetensorsHeader, readSafetensorsIndex } from './read-safetensors.js'

const SEED = readFileSync(new URL('../../../../seed/models/tiny-llama/model.safetensors', import.meta.url))

function build(header: string | object, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}
const read = (bytes: Uint8Array) => readSafetensorsHeader(sourceOf(bytes))
const f32 = (start: number, end: number, shape: number[]) => ({ dtype: 'F32', shape, data_offsets: [start, end] })

describe('safetensors header', () => {
  it('[M5] counts the parameters of a real model without reading its weights', async () => {
    const reads: number[] = []
    const header = await readSafetensorsHeader({
      sizeBytes: SEED.length,
      read: async (start, end) => {
        reads.push(end - start)
        return SEED.subarray(start, end)
      },
    })
    expect(header.parameters).toEqual({ parameters: { F32: 129_536 }, total: 129_536 })
    expect(header.metadata).toEqual({ format: 'pt' })
    expect(header.tensors.size).toBe(20)
    expect(Math.max(...reads)).toBeLessThan(10_000)
  })

  it('reads mixed dtypes, scalars, empty tensors and sub-byte ones', async () => {
    const header = await read(
      build(
        {
          a: { dtype: 'BF16', shape: [2, 3], data_offsets: [0, 12] },
          b: { dtype: 'I64', shape: [], data_offsets: [12, 20] },
          c: { dtype: 'F16', shape: [0, 5], data_offsets: [20, 20] },
          d: { dtype: 'F4', shape: [4], data_offsets: [20, 22] },
        },
        22,
      ),
    )
    expect(header.parameters).toEqual({ parameters: { BF16: 6, I64: 1, F16: 0, F4: 4 }, total: 11 })
  })

  it('refuses what does not add up', async () => {
    const huge = build('{}', 0)
    new DataView(huge.buffer).setBigUint64(0, BigInt(MAX_SAFETENSORS_HEADER_BYTES) + 1n, true)
    const hostile: [string, Uint8Array][] = [
      ['empty file', new Uint8Array(0)],
      ['header length beyond the cap', huge],
      ['header length beyond the file', build('{}', 0).subarray(0, 9)],
      ['not an object', build('[]', 0)],
      ['not JSON', build('{"a":', 0)],
      ['leading space', build(' {}', 0)],
      ['too deep', build(`{"__metadata__":${'['.repeat(5_000)}`, 0)],
      ['unknown dtype', build({ a: { dtype: 'F31', shape: [1], data_offsets: [0, 4] } }, 4)],
      ['dtype of the prototype', build({ a: { dtype: 'constructor', shape: [1], data_offsets: [0, 4] } }, 4)],
      ['size unlike the shape', build({ a: f32(0, 4, [2]) }, 4)],
      ['overlap', build({ a: f32(0, 8, [2]), b: f32(4, 12, [2]) }, 12)],
      ['gap', build({ a: f32(0, 4, [1]), b: f32(8, 12, [1]) }, 12)],
      ['bytes left over', build({ a: f32(0, 4, [1]) }, 5)],
      ['data missing', build({ a: f32(0, 4, [1]) }, 3)],
      ['backwards', build({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }, 4)],
      ['negative', build({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4)],
      ['fraction', build({ a: { dtype: 'F32', shape: [0.5, 2], data_offsets: [0, 4] } }, 4)],
      ['overflow', build({ a: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] } }, 4)],
      ['overflow to zero', build({ a: { dtype: 'F32', shape: [1e308, 1e308, 0], data_offsets: [0, 0] } }, 0)],
      ['metadata of numbers', build({ __metadata__: { a: 1 } }, 0)],
      ['too many dimensions', build({ a: f32(0, 4, Array(40).fill(1)) }, 4)],
      ['duplicate name', build(`{"a":${JSON.stringify(f32(0, 4, [1]))},"a":${JSON.stringify(f32(0, 4, [1]))}}`, 4)],
    ]
    for (const [name, bytes] of hostile) await expect(read(bytes), name).rejects.toBeInstanceOf(FormatError)
  })

  it('only ever throws FormatError on 1,500 damaged files', async () => {
    const random = seededRandom(2)
    const small = build(
      { a: f32(0, 8, [2]), b: { dtype: 'U8', shape: [3], data_offsets: [8, 11] }, __metadata__: { format: 'pt' } },
      11,
    )
    for (let round = 0; round < 1_500; round++) {
      await read(damage(small, random)).catch((error: unknown) => expect(error).toBeInstanceOf(FormatError))
    }
  })

  it('reads an index and refuses shard names that leave the folder', () => {
    const index = (weights: object) =>
      readSafetensorsIndex(JSON.stringify({ metadata: { total_size: 1 }, weight_map: weights }))
    expect(index({ a: 'model-00002-of-00002.safetensors', b: 'model-00001-of-00002.safetensors' })?.shards).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ])
    expect(index({ a: '../x.safetensors' })).toBeNull()
    expect(index({ a: 1 })).toBeNull()
    expect(readSafetensorsIndex('nonsense')).toBeNull()
  })
})
