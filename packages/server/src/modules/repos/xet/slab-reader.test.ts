import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { HASH_BYTES, storedRecord } from '@stoa/xet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PumpedBytes } from '../../../kit/http/pumped-bytes.js'
import { readChunkIndex, writeChunkIndex } from './chunk-index.js'
import type { PlannedPart } from './plan-range.js'
import { SlabReader } from './slab-reader.js'

const FRAME_HEAD = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]
const u32 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24]
const u24 = (value: number): number[] => u32(value).slice(0, 3)
const record = (scheme: number, raw: Uint8Array, body: readonly number[]): Uint8Array =>
  Uint8Array.from([0, ...u24(body.length), scheme, ...u24(raw.length), ...body])

/** An LZ4 record whose block is kept as it is: longer than a plain one. */
const framed = (raw: Uint8Array): Uint8Array =>
  record(1, raw, [...FRAME_HEAD, ...u32((raw.length | 0x80000000) >>> 0), ...raw, ...u32(0)])

/** An LZ4 record that is exactly as long as a plain one: a run of 20 equal bytes saves what its frame costs. */
function sameLength(): { raw: Uint8Array; bytes: Uint8Array } {
  const tail = [1, 2, 3, 4, 5]
  const raw = Uint8Array.from([7, ...Array.from({ length: 20 }, () => 7), ...tail])
  const block = [0x1f, 7, 1, 0, 1, 0x50, ...tail]
  return { raw, bytes: record(1, raw, [...FRAME_HEAD, ...u32(block.length), ...block, ...u32(0)]) }
}

describe('files read from xorbs on this machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-slab-'))
  const raws: Record<string, Uint8Array[]> = {}
  const indexes: Record<string, ReturnType<typeof readChunkIndex>> = {}
  const same = sameLength()
  function store(key: string, records: { raw: Uint8Array; bytes: Uint8Array }[]): void {
    let serialisedEnd = 0
    let rawEnd = 0
    const chunks = records.map(({ raw, bytes }) => {
      serialisedEnd += bytes.length
      rawEnd += raw.length
      return { hash: new Uint8Array(HASH_BYTES), sizeBytes: raw.length, serialisedEnd, rawEnd }
    })
    writeFileSync(join(folder, key), Buffer.concat(records.map(({ bytes }) => bytes)))
    raws[key] = records.map(({ raw }) => raw)
    indexes[key] = readChunkIndex(writeChunkIndex(chunks))
  }
  const plain = (size: number) => {
    const raw = randomBytes(size)
    return { raw, bytes: storedRecord(raw) }
  }
  beforeAll(() => {
    store(
      'plain',
      Array.from({ length: 700 }, (_, n) => plain(n % 5 === 0 ? 1 : 3_000)),
    )
    const packed = randomBytes(9_000)
    store('mixed', [plain(500), { raw: packed, bytes: framed(packed) }, same, plain(70_000), same])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const part = (key: string, chunkStart: number, chunkEnd: number, skipBytes = 0): PlannedPart =>
    ({
      term: { xorb: key, chunkStart, chunkEnd },
      xorb: { stored: { blobKey: key }, index: indexes[key] },
      skipBytes,
    }) as unknown as PlannedPart
  const rawOf = (key: string, chunkStart: number, chunkEnd: number): Buffer =>
    Buffer.concat(raws[key]?.slice(chunkStart, chunkEnd) ?? [])
  function open(parts: readonly PlannedPart[], sizeBytes: number) {
    let ended = false
    async function* generate() {
      try {
        yield* parts
      } finally {
        ended = true
      }
    }
    const reader = new SlabReader({ sizeBytes, parts: generate(), pathOf: (key) => join(folder, key) })
    return { stream: new PumpedBytes(reader), hasEnded: () => ended }
  }

  it('are what was stored, whole and from any byte to any other', async () => {
    const parts = () => [part('mixed', 0, 5), part('plain', 0, 700), part('mixed', 1, 3)]
    const all = Buffer.concat([rawOf('mixed', 0, 5), rawOf('plain', 0, 700), rawOf('mixed', 1, 3)])
    expect((await buffer(open(parts(), all.length).stream)).equals(all)).toBe(true)
    const mixed = rawOf('mixed', 0, 5)
    const edges = [1, 499, 500, 501, 9_499, 9_500, 9_510, 9_526, 9_527, 79_525, 79_526, 79_530, mixed.length - 1]
    for (const start of edges) {
      for (const size of [1, 25, 26, 9_001, mixed.length - start].filter((one) => one <= mixed.length - start)) {
        const got = await buffer(open([part('mixed', 0, 5, start)], size).stream)
        expect([start, size, got.equals(mixed.subarray(start, start + size))]).toEqual([start, size, true])
      }
    }
  })

  it('fail where fewer bytes lie there than were recorded, and leave nothing open', async () => {
    writeFileSync(join(folder, 'cut'), Buffer.from('short'))
    indexes['cut'] = indexes['plain'] as ReturnType<typeof readChunkIndex>
    const cut = open([part('cut', 0, 700)], 10_000)
    await expect(buffer(cut.stream)).rejects.toThrow('shorter than recorded')
    expect(cut.hasEnded()).toBe(true)
    const fewer = open([part('plain', 0, 2)], 1_000_000)
    await expect(buffer(fewer.stream)).rejects.toThrow('shorter than recorded')
  })

  it('let a reader go that has seen enough', async () => {
    const { stream, hasEnded } = open([part('plain', 0, 700)], 1_000_000)
    for await (const piece of stream) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => stream.closed).toBe(true)
    expect(hasEnded()).toBe(true)
  })
})
