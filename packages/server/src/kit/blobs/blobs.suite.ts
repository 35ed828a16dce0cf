import { createHash, randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BlobExists, BlobMismatch, type BlobStore } from './port.js'
import { Slabs } from './slabs.js'

const MIB = 1024 * 1024
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function* chunked(bytes: Uint8Array, chunkBytes = 100_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes)
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield randomBytes(9 * MIB)
  throw new Error('the client went away')
}

async function readAll(found: { body: Readable } | null): Promise<Buffer> {
  if (found === null) throw new Error('nothing found')
  const chunks: Buffer[] = []
  for await (const chunk of found.body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The contract of BlobStore. Each implementation runs it on an empty store. */
export function describeBlobStore(name: string, open: () => Promise<BlobStore>, close: () => Promise<void>): void {
  describe(`blob store: ${name}`, () => {
    let store: BlobStore
    beforeAll(async () => {
      store = await open()
    })
    afterAll(close)
    const keys = async (prefix: string, after?: string) =>
      (await collect(store.list(prefix, after))).map((one) => one.key)

    describePut(() => store, keys)
    describePages(() => store)
    describeLeaving(() => store)
    describeReading(() => store)
    describeNames(() => store, keys)
  })
}

type Keys = (prefix: string, after?: string) => Promise<string[]>

function describePages(store: () => BlobStore): void {
  it('takes whole pages of memory and gives ranges back into them', async () => {
    const slabs = new Slabs()
    for (const sizeBytes of [1, 4096, MIB + 77, 9 * MIB + 4095]) {
      const bytes = randomBytes(sizeBytes)
      const key = `pages/aa/${sizeBytes}`
      await slabs.use(sizeBytes, async (pages) => {
        pages.fill(1).set(bytes)
        const writer = await store().openPages(key, pages)
        for (let at = 0; at < sizeBytes; at += 1_000_000) writer.arrived(at)
        await writer.finish(sizeBytes)
        await writer.close()
      })
      expect((await readAll(await store().get(key))).equals(bytes)).toBe(true)
      const spans = [0, 1, 4095, 4097, MIB - 1].flatMap((start) => [
        { start, endExclusive: Math.min(start + 5000, sizeBytes) },
        { start, endExclusive: sizeBytes },
      ])
      await slabs.use(sizeBytes + 8192, async (pages) => {
        for (const range of spans.filter((span) => span.start < span.endExclusive)) {
          const read = await store().readPages(key, range, pages)
          expect(read?.equals(bytes.subarray(range.start, range.endExclusive))).toBe(true)
        }
        expect(await store().readPages(key, { start: 0, endExclusive: sizeBytes + 1 }, pages)).toBeNull()
        expect(await store().readPages('pages/aa/none', { start: 0, endExclusive: 1 }, pages)).toBeNull()
      })
    }
  })
}

function describeLeaving(store: () => BlobStore): void {
  it('leaves nothing of pages that were not finished, and only the first of those that came too many', async () => {
    const slabs = new Slabs()
    await slabs.use(12 * MIB, async (pages) => {
      const given = await store().openPages('left/aa/given', pages)
      given.arrived(12 * MIB)
      await given.close()
      const longer = await store().openPages('left/aa/longer', pages.fill(3))
      longer.arrived(12 * MIB)
      await longer.finish(5 * MIB + 1)
      await longer.close()
    })
    expect(await store().stat('left/aa/given')).toBeNull()
    const kept = await readAll(await store().get('left/aa/longer'))
    expect(kept.equals(Buffer.alloc(5 * MIB + 1, 3))).toBe(true)
  })
}

function describePut(store: () => BlobStore, keys: Keys): void {
  for (const sizeBytes of [0, 1, MIB, 8 * MIB, 8 * MIB + 1, 20 * MIB]) {
    it(`gives back ${sizeBytes} bytes`, async () => {
      const bytes = randomBytes(sizeBytes)
      const key = `sizes/aa/${sizeBytes}`
      const facts = { sizeBytes, sha256: sha256(bytes) }
      expect(await store().put(key, chunked(bytes), facts)).toEqual({ sizeBytes })
      expect(await store().stat(key)).toMatchObject({ sizeBytes, modifiedAt: expect.any(Date) })
      const found = await store().get(key)
      expect(found?.sizeBytes).toBe(sizeBytes)
      expect(sha256(await readAll(found))).toBe(facts.sha256)
    })
  }

  it('refuses other bytes than promised and leaves nothing', async () => {
    for (const sizeBytes of [1000, 17 * MIB]) {
      const bytes = randomBytes(sizeBytes)
      const wrong = [{ sha256: sha256(randomBytes(3)) }, { sizeBytes: sizeBytes + 1 }, { sizeBytes: sizeBytes - 1 }]
      for (const promise of wrong) {
        await expect(store().put('wrong/aa/blob', chunked(bytes), promise)).rejects.toThrow(BlobMismatch)
        expect(await store().stat('wrong/aa/blob')).toBeNull()
      }
    }
    expect(await keys('wrong/')).toEqual([])
  })

  it('keeps the old blob when a replacement breaks off', async () => {
    await store().put('broken/aa/blob', chunked(Buffer.from('old')))
    await expect(store().put('broken/aa/blob', breaking())).rejects.toThrow('went away')
    expect((await readAll(await store().get('broken/aa/blob'))).toString()).toBe('old')
  })

  it('lets one of many writers win when the key must be absent', async () => {
    const write = (i: number) => store().put('race/aa/blob', chunked(Buffer.from(`writer ${i}`)), { ifAbsent: true })
    const results = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => write(i)))
    const lost = results.filter((result) => result.status === 'rejected')
    expect(lost).toHaveLength(11)
    for (const { reason } of lost) expect(reason).toBeInstanceOf(BlobExists)
    const big = randomBytes(9 * MIB)
    await expect(store().put('race/aa/blob', chunked(big), { ifAbsent: true })).rejects.toThrow(BlobExists)
  })
}

function describeReading(store: () => BlobStore): void {
  it('reads ranges, also those that reach behind the end', async () => {
    const bytes = randomBytes(3 * MIB)
    await store().put('range/aa/blob', chunked(bytes))
    const read = async (start: number, endExclusive: number) => {
      const found = await store().get('range/aa/blob', { start, endExclusive })
      expect(found?.sizeBytes).toBe(bytes.byteLength)
      return await readAll(found)
    }
    expect(await read(0, 1)).toEqual(bytes.subarray(0, 1))
    expect(bytes.subarray(1_500_000, 2_700_001).equals(await read(1_500_000, 2_700_001))).toBe(true)
    expect(await read(bytes.byteLength - 5, bytes.byteLength + 100)).toEqual(bytes.subarray(-5))
    expect(await read(bytes.byteLength, bytes.byteLength + 1)).toEqual(Buffer.alloc(0))
    expect(await read(7, 7)).toEqual(Buffer.alloc(0))
  })

  it('answers null for what is not there', async () => {
    expect(await store().get('none/aa/blob')).toBeNull()
    expect(await store().get('none/aa/blob', { start: 0, endExclusive: 1 })).toBeNull()
    expect(await store().stat('none/aa/blob')).toBeNull()
    expect(await store().stat('none')).toBeNull()
    expect(await store().copy('none/aa/blob', 'none/aa/other')).toBe(false)
  })
}

function describeNames(store: () => BlobStore, keys: Keys): void {
  const put = (key: string) => store().put(key, chunked(Buffer.from(key)))

  it('lists in byte order, from a place on, only what has the prefix', async () => {
    const all = ['list/aa/1', 'list/aa/2', 'list/aa-b/1', 'list/ab/1', 'list/b', 'listing/c'].sort()
    for (const key of [...all].reverse()) await put(key)
    expect(await keys('list')).toEqual(all)
    expect(await keys('list/')).toEqual(all.slice(0, 5))
    expect(await keys('list/a')).toEqual(all.slice(0, 4))
    expect(await keys('list/', 'list/aa/1')).toEqual(all.slice(2, 5))
    expect(await keys('list/', 'list/b')).toEqual([])
    expect(await keys('list/none/')).toEqual([])
  })

  it('deletes many, known or not', async () => {
    await put('gone/aa/1')
    await put('gone/aa/2')
    await store().deleteMany(['gone/aa/1', 'gone/aa/never', 'gone/aa/2'])
    await store().deleteMany([])
    expect(await keys('gone/')).toEqual([])
  })

  it('copies, and the copy outlives its source', async () => {
    await put('copy/aa/from')
    expect(await store().copy('copy/aa/from', 'copy/ab/to')).toBe(true)
    expect(await store().copy('copy/aa/from', 'copy/ab/to')).toBe(true)
    await store().deleteMany(['copy/aa/from'])
    expect((await readAll(await store().get('copy/ab/to'))).toString()).toBe('copy/aa/from')
    expect(await keys('')).not.toContainEqual(expect.stringMatching(/^tmp/))
  })

  it('refuses keys that leave the store or that not every store can hold', async () => {
    const hostile = [
      '',
      '/',
      'a//b',
      '../a',
      'a/../b',
      'a/.',
      '.hidden',
      'a/b/',
      'tmp/x',
      'a\0b',
      'a\\b',
      'é',
      'a'.repeat(255),
    ]
    for (const key of [...hostile, 'a/'.repeat(9) + 'a']) {
      await expect((async () => put(key))()).rejects.toThrow('not a blob key')
      await expect((async () => store().get(key))()).rejects.toThrow('not a blob key')
    }
  })
}
