import { beforeAll, describe, expect, it } from 'vitest'
import { chunkEnds, Chunker } from './chunker.js'
import { hashToText, textToHash } from './hash-text.js'
import { keyedHash, type KeyedHashes, loadKeyedHashes } from './keyed-hashes.js'
import { aggregate, fileHash, rangeHash, type Sized, xorbHash } from './merkle.js'

let hashes: KeyedHashes
beforeAll(async () => {
  hashes = await loadKeyedHashes()
})

/** Little-endian 64-bit outputs of SplitMix64. */
function splitMix(seed: bigint, length: number): Buffer {
  const mask = (1n << 64n) - 1n
  const out = Buffer.alloc(Math.ceil(length / 8) * 8)
  let state = seed
  for (let at = 0; at < out.length; at += 8) {
    state = (state + 0x9e3779b97f4a7c15n) & mask
    let word = state
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & mask
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & mask
    out.writeBigUInt64LE(word ^ (word >> 31n), at)
  }
  return out.subarray(0, length)
}

function chunksOf(content: Uint8Array): Sized[] {
  let start = 0
  return chunkEnds(content).map((end) => {
    const chunk = content.subarray(start, end)
    start = end
    return { hash: hashes.chunk(chunk), sizeBytes: chunk.length }
  })
}

const text = (hash: Uint8Array): string => hashToText(hash)
const bytes = (hex: string): Uint8Array => textToHash(hex) ?? new Uint8Array()

describe('engines', () => {
  it('agree, native or WASM', async () => {
    const wasm = await loadKeyedHashes('wasm')
    for (const length of [0, 1, 1023, 1024, 1025, 65_536, 131_072]) {
      const content = splitMix(BigInt(length), length)
      for (const kind of ['chunk', 'node', 'range', 'file'] as const)
        expect(text(hashes[kind](content))).toBe(text(wasm[kind](content)))
    }
  })
})

describe('public vectors of the protocol', () => {
  it('writes hashes in groups of eight reversed bytes', () => {
    const counting = Uint8Array.from({ length: 32 }, (_, index) => index)
    expect(text(counting)).toBe('07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918')
    expect(textToHash(text(counting))).toEqual(Buffer.from(counting))
    expect(textToHash('XY')).toBeNull()
  })

  it('names a chunk, a node and a range', () => {
    expect(text(hashes.chunk(Buffer.from('Hello World!')))).toBe(
      'd8d408e608fb9ca213b9909a65d86d725f2de4d8d540324be8a363e7a6e228cb',
    )
    const left = { hash: bytes('c28f58387a60d4aa200c311cda7c7f77f686614864f5869eadebf765d0a14a69'), sizeBytes: 100 }
    const right = { hash: bytes('6e4e3263e073ce2c0e78cc770c361e2778db3b054b98ab65e277fc084fa70f22'), sizeBytes: 200 }
    expect(text(aggregate([left, right], hashes))).toBe(
      'be64c7003ccd3cf4357364750e04c9592b3c36705dee76a71590c011766b6c14',
    )
    expect(text(rangeHash([left.hash, right.hash], hashes))).toBe(
      'eb06a8ad81d588ac05d1d9a079232d9c1e7d0b07232fa58091caa7bf333a2768',
    )
  })

  it('names a keyed chunk', async () => {
    const key = Buffer.from('abcdef0123456789'.repeat(4), 'latin1').subarray(0, 64)
    const keyed = await keyedHash(textToHash(key.toString('latin1')) ?? [])
    const hash = bytes('118bbac5c38b2bca9c2b7ae8307786de066696b91b2b5ccb7dbbd4608c966882')
    expect(text(keyed(hash))).toBe('1e1f5ae2bae99fe030647a14a8c5fe6cdce57826387a7552236dfbebed533e04')
  })

  it('cuts and names random data', () => {
    const content = splitMix(0n, 1_000_000)
    expect(chunkEnds(content)).toEqual([
      84493, 134421, 144853, 243318, 271793, 336457, 467529, 494581, 582000, 596735, 616815, 653164, 678202, 724510,
      815591, 827760, 958832, 991092, 1000000,
    ])
    const chunks = chunksOf(content)
    expect(text(chunks[0]?.hash ?? new Uint8Array())).toBe(
      '6eca1e7dadaf08cca5d82d318c800f07c2ddcec115a7e8627e5edd9605b94b8d',
    )
    expect(text(xorbHash(chunks, hashes))).toBe('6f2ce16ca5e317f0100ff0e7e5bf40a0de9032e9ee1ad04b6b8ff4e36cdfbf6c')
    expect(text(fileHash(chunks, hashes))).toBe('3d17b2d7d64a0e011b6717a52d9a16bd2c3f05b743fa8adf52a7d75dafab6d89')
  })

  it('respects the minimum size where short histories match', () => {
    expect(chunkEnds(splitMix(3n, 400_000))).toEqual([106960, 143414, 274486, 282759, 327716, 400000])
  })

  it.each([
    ['constant', 1_000_000, () => 59, '53f845640fcd1c7440befff65bd93434c83a30c6559a705597d61f2ef64e2f88'],
    [
      '7i+13',
      200_000,
      (i: number) => (7 * i + 13) % 256,
      'd88d9e0b760f32c90b7c6592b4cb85251c01bb797371e3c637087b96ac578723',
    ],
    [
      '13i+37',
      1_000_000,
      (i: number) => (13 * i + 37) % 256,
      '041a50f3639f4a080a89237025d643e2a3e22935ca5d7dbc1a38f5c1e859f859',
    ],
  ])('names a file of %s', (_name, length, byteAt, expected) => {
    const content = Uint8Array.from({ length }, (_, index) => byteAt(index))
    expect(text(fileHash(chunksOf(content), hashes))).toBe(expected)
  })

  it('cuts the same however the content arrives', () => {
    const content = splitMix(9n, 300_000)
    const chunker = new Chunker()
    const ends: number[] = []
    for (let at = 0; at < content.length; at += 777)
      for (const cut of chunker.push(content.subarray(at, at + 777))) ends.push(at + cut)
    if (chunker.openBytes > 0) ends.push(content.length)
    expect(ends).toEqual(chunkEnds(content))
  })
})
