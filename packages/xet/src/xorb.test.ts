import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { groupBytes, ungroupBytes } from './bg4.js'
import { type KeyedHashes, loadKeyedHashes } from './keyed-hashes.js'
import { decodeLz4Frame } from './lz4-frame.js'
import { planReconstruction } from './reconstruction.js'
import { parseShard, type ShardXorb, writeDedupAnswer } from './shard.js'
import { XetFormatError } from './xet-error.js'
import { decodeRecords, parseXorb, storedRecord } from './xorb.js'

let hashes: KeyedHashes
beforeAll(async () => {
  hashes = await loadKeyedHashes()
})

// "abcabcabcabcabcabc!!!!!" as one linked block: 3 literals, a match of 15 at offset 3, 5 literals.
const BLOCK = [0x3b, 0x61, 0x62, 0x63, 0x03, 0x00, 0x50, 0x21, 0x21, 0x21, 0x21, 0x21]
const FRAME = Uint8Array.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, BLOCK.length, 0, 0, 0, ...BLOCK, 0, 0, 0, 0])
const PLAIN = 'abcabcabcabcabcabc!!!!!'

describe('LZ4 frames', () => {
  it('decodes matches that overlap themselves', () => {
    expect(Buffer.from(decodeLz4Frame(FRAME, PLAIN.length)).toString()).toBe(PLAIN)
  })

  const broken: [string, (frame: Uint8Array) => Uint8Array | void][] = [
    ['a wrong header checksum', (f) => void (f[6] = 0)],
    ['block checksums', (f) => void (f[4] = 0x70)],
    ['a content size', (f) => void (f[4] = 0x68)],
    ['reserved flags', (f) => void (f[4] = 0x62)],
    ['a block past the end', (f) => void (f[7] = 200)],
    ['a match before the start', (f) => void (f[15] = 9)],
    ['no end mark', (f) => f.subarray(0, f.length - 4)],
    ['bytes behind the end', (f) => Buffer.concat([f, Buffer.from([1])])],
    ['another magic', (f) => void (f[0] = 5)],
  ]
  it.each(broken)('refuses %s', (_name, breakIt) => {
    const frame = Uint8Array.from(FRAME)
    const changed = breakIt(frame) ?? frame
    expect(() => decodeLz4Frame(changed, PLAIN.length)).toThrow(XetFormatError)
  })

  it('never hangs or reads outside on random damage', () => {
    for (let round = 0; round < 2000; round += 1) {
      const frame = Uint8Array.from(FRAME)
      frame[(round * 7) % frame.length] = round & 0xff
      try {
        decodeLz4Frame(frame, PLAIN.length)
      } catch (error) {
        expect(error).toBeInstanceOf(XetFormatError)
      }
    }
  })
})

describe('xorbs', () => {
  it('regroups bytes of any length', () => {
    for (let length = 0; length < 9; length += 1) {
      const raw = randomBytes(length)
      expect(Buffer.from(ungroupBytes(groupBytes(raw)))).toEqual(raw)
    }
  })

  it('reads what it wrote and drops a footer', () => {
    const parts = [randomBytes(9000), randomBytes(20)]
    const body = Buffer.concat([...parts.map(storedRecord), Buffer.from('XETBLOB\x01and so on')])
    const { chunks, recordBytes } = parseXorb(body, hashes)
    expect(chunks.map((chunk) => chunk.rawEnd)).toEqual([9000, 9020])
    expect(recordBytes).toBe(9000 + 20 + 16)
    expect([...decodeRecords(body.subarray(0, recordBytes))].map((raw) => Buffer.from(raw))).toEqual(parts)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a cut header', Buffer.from([0, 1])],
    ['an unknown version', Buffer.from([1, 1, 0, 0, 0, 1, 0, 0, 7])],
    ['an unknown scheme', Buffer.from([0, 1, 0, 0, 99, 1, 0, 0, 7])],
    ['an empty chunk', Buffer.from([0, 0, 0, 0, 0, 0, 0, 0])],
    ['a chunk that is too large', Buffer.from([0, 1, 0, 0, 0, 1, 0, 3, 7])],
    ['a body past the end', Buffer.from([0, 9, 0, 0, 0, 9, 0, 0, 7])],
  ])('refuses %s', (_name, body) => {
    expect(() => parseXorb(body, hashes)).toThrow(XetFormatError)
  })
})

describe('shards', () => {
  const xorb: ShardXorb = {
    hash: randomBytes(32),
    rawBytes: 300,
    serialisedBytes: 0,
    chunks: [
      { hash: randomBytes(32), rawStart: 0, rawBytes: 100, isIndexed: true },
      { hash: randomBytes(32), rawStart: 100, rawBytes: 200, isIndexed: false },
    ],
  }
  const answer = writeDedupAnswer({ xorbs: [xorb], key: randomBytes(32), createdAtS: 1, expiresAtS: 2 })

  it('reads its own dedup answer', () => {
    const shard = parseShard(answer)
    expect(shard.files).toEqual([])
    expect(shard.xorbs[0]?.chunks.map((chunk) => [chunk.rawStart, chunk.isIndexed])).toEqual([
      [0, true],
      [100, false],
    ])
    expect(answer.readBigUInt64LE(answer.length - 200 + 24)).toBe(BigInt(answer.length - 200))
  })

  it('refuses counts that the rest cannot hold, and cut bodies', () => {
    const lying = Buffer.from(answer)
    lying.writeUInt32LE(0xffffffff, 48 * 2 + 36)
    expect(() => parseShard(lying)).toThrow(/announces more/)
    for (let length = 0; length < 48 * 5; length += 24)
      expect(() => parseShard(answer.subarray(0, length))).toThrow(XetFormatError)
  })
})

describe('reconstruction', () => {
  const index = { serialisedEnds: [10, 20, 30, 40], rawEnds: [100, 200, 300, 400] }
  const indexes = new Map([
    ['a', index],
    ['b', index],
  ])
  const terms = [
    { xorb: 'a', chunkStart: 1, chunkEnd: 3 },
    { xorb: 'b', chunkStart: 0, chunkEnd: 1 },
    { xorb: 'a', chunkStart: 3, chunkEnd: 4 },
  ]

  it('plans a whole file and merges neighbouring ranges', () => {
    const plan = planReconstruction(terms, indexes, 0, 400)
    expect(plan.terms.map((term) => term.rawBytes)).toEqual([200, 100, 100])
    expect(plan.fetches.get('a')).toEqual([{ chunkStart: 1, chunkEnd: 4, byteStart: 10, byteEnd: 40 }])
  })

  it('trims to the chunks that a range touches', () => {
    const plan = planReconstruction(terms, indexes, 150, 210)
    expect(plan.offsetIntoFirstTerm).toBe(50)
    expect(plan.terms).toMatchObject([
      { xorb: 'a', chunkStart: 2, chunkEnd: 3, rawBytes: 100 },
      { xorb: 'b', chunkStart: 0, chunkEnd: 1, rawBytes: 100 },
    ])
  })

  it('knows when a range begins behind the file', () => {
    expect(planReconstruction(terms, indexes, 400, 500)).toMatchObject({ terms: [], totalBytes: 400 })
    expect(planReconstruction([], new Map(), 0, 0).terms).toEqual([])
  })
})
