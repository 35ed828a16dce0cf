import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GitFormatError } from './format-error.js'
import { createRealRepo } from './git-binary.testkit.js'
import { hashObject, PACK_TYPE } from './object.js'
import { encodeEntryHeader, encodePackHeader, readEntryHeader } from './pack-entry.js'
import { encodePackIndex, PackIndex } from './pack-index.js'
import {
  DEFAULT_PACK_LIMITS,
  NO_BASE,
  type PackLimits,
  type PackObject,
  type PackTable,
  readPack,
} from './pack-reader.js'
import { encodePack, PackHash } from './pack-writer.js'

const real = createRealRepo()
afterAll(() => rmSync(real.dir, { recursive: true, force: true }))

function read(pack: Buffer, limits: Partial<PackLimits> = {}): { table: PackTable; objects: PackObject[] } {
  const objects: PackObject[] = []
  const source = { sizeBytes: pack.length, read: (at: number, length: number) => pack.subarray(at, at + length) }
  const steps = readPack(source, { ...DEFAULT_PACK_LIMITS, ...limits }, (object) => objects.push(object))
  for (;;) {
    const step = steps.next()
    if (step.done) return { table: step.value, objects }
  }
}

function ruleOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof GitFormatError) return error.rule
    throw error
  }
  return 'nothing thrown'
}

function seal(count: number, ...entries: Buffer[]): Buffer {
  const hash = new PackHash()
  const parts = [encodePackHeader(count), ...entries].map((part) => hash.pass(part))
  return Buffer.concat([...parts, hash.trailer()])
}

const whole = (data: Buffer): Buffer =>
  Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, data.length), deflateSync(data)])
const onBase = (oid: string, delta: Buffer): Buffer =>
  Buffer.concat([encodeEntryHeader(PACK_TYPE.refDelta, delta.length, oid), deflateSync(delta)])

describe('packs of real git', () => {
  let offsetPack: Buffer
  let namedPack: Buffer
  let expected: Map<string, string>

  beforeAll(() => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} ${(i * 7919) % 1000}`)
    for (let version = 0; version < 12; version++) {
      lines[version * 100] = `changed ${version}`
      writeFileSync(join(real.dir, 'big.txt'), lines.join('\n'))
      writeFileSync(join(real.dir, `file-${version}.txt`), `file ${version}\n`)
      real.git(['add', '.'])
      real.git(['commit', '-q', '-m', `version ${version}`])
    }
    real.git(['tag', '-a', 'v1', '-m', 'one'])
    const oids = real.git(['rev-list', '--objects', '--no-object-names', '--all'])
    offsetPack = real.git(['pack-objects', '--stdout', '--delta-base-offset', '-q'], oids)
    namedPack = real.git(['pack-objects', '--stdout', '-q'], oids)
    const facts = real.git(['cat-file', '--batch-check'], oids).toString().trim().split('\n')
    expected = new Map(facts.map((line) => [line.slice(0, 40), line.slice(41)]))
  })

  it('reads offset deltas and named deltas as git does', () => {
    for (const pack of [offsetPack, namedPack]) {
      const { table, objects } = read(pack)
      expect(new Map(objects.map(({ oid, type, data }) => [oid, `${type} ${data.length}`]))).toEqual(expected)
      expect(table.bases.some((base) => base !== NO_BASE)).toBe(true)
    }
  })

  it('needs no cache to resolve a chain', () => {
    expect(read(offsetPack, { cacheBytes: 1 }).objects).toHaveLength(expected.size)
  })

  it('indexes every entry', () => {
    const { table, objects } = read(offsetPack)
    const index = new PackIndex(encodePackIndex(table))
    expect(index.count).toBe(objects.length)
    for (const { oid, data } of objects) {
      const place = index.find(oid)
      expect(place?.sizeBytes).toBe(data.length)
      expect(index.oidAt(place?.rank ?? -1)).toBe(oid)
      const head = readEntryHeader(offsetPack.subarray(place?.offset))
      expect(head.type === PACK_TYPE.ofsDelta).toBe(place?.base !== NO_BASE)
    }
    expect(index.find('0'.repeat(40))).toBeNull()
    expect(ruleOf(() => new PackIndex(encodePackIndex(table).subarray(1)))).toBe('badIndex')
  })

  it('writes packs that git takes', () => {
    const other = createRealRepo()
    other.git(['index-pack', '--stdin', '--strict'], encodePack(read(offsetPack).objects))
    const out = other.git(['cat-file', '--batch-check', '--batch-all-objects']).toString().trim().split('\n')
    expect(out).toHaveLength(expected.size)
    rmSync(other.dir, { recursive: true, force: true })
  })

  it('refuses a pack that is cut or changed anywhere', () => {
    for (const at of [3, 11, 20, Math.floor(offsetPack.length / 2), offsetPack.length - 21, offsetPack.length - 1]) {
      expect(
        ruleOf(() => read(Buffer.concat([offsetPack.subarray(0, at), offsetPack.subarray(at + 1)]))),
        `cut at ${at}`,
      ).not.toBe('nothing thrown')
    }
  })
})

describe('hostile packs', () => {
  const base = Buffer.from('a base of thirty-two bytes, here')
  const baseOid = hashObject('blob', base)

  it('refuses what is not a pack, and counts that cannot be', () => {
    expect(ruleOf(() => read(Buffer.from('PACX')))).toBe('badPack')
    expect(ruleOf(() => read(Buffer.concat([Buffer.from('JUNK'), Buffer.alloc(40)])))).toBe('badPack')
    expect(ruleOf(() => read(seal(0xffffffff, whole(base))))).toBe('tooManyObjects')
    expect(ruleOf(() => read(seal(1000, whole(base))))).toBe('badPack')
    expect(ruleOf(() => read(seal(1, whole(base), whole(Buffer.from('more')))))).toBe('badPack')
    expect(ruleOf(() => read(seal(2, whole(base), whole(base))))).toBe('duplicateObject')
  })

  it('refuses a size that lies, up or down', () => {
    const body = deflateSync(Buffer.alloc(1_000_000))
    for (const size of [0, 10, 2_000_000]) {
      expect(ruleOf(() => read(seal(1, Buffer.concat([encodeEntryHeader(3, size), body]))))).toBe('badZlib')
    }
    const huge = Buffer.concat([encodeEntryHeader(3, 2 ** 40), body])
    expect(ruleOf(() => read(seal(1, huge)))).toBe('objectTooLarge')
  })

  it('refuses thin packs, foreign bases and self reference', () => {
    const delta = Buffer.from([32, 1, 0x90, 1])
    expect(ruleOf(() => read(seal(1, onBase('a'.repeat(40), delta))))).toBe('thinPack')
    const before = Buffer.concat([Buffer.from([0x60 | delta.length, 5]), deflateSync(delta)])
    expect(ruleOf(() => read(seal(1, before)))).toBe('badDelta')
    const itself = Buffer.concat([Buffer.from([0x60 | delta.length, 0]), deflateSync(delta)])
    expect(ruleOf(() => read(seal(1, itself)))).toBe('badDelta')
  })

  it('resolves a base that comes after its delta', () => {
    expect(
      read(seal(2, onBase(baseOid, Buffer.from([32, 1, 0x90, 1])), whole(base))).objects.map(({ data }) => `${data}`),
    ).toEqual([`${base}`, 'a'])
  })

  it('refuses deltas that read or write outside', () => {
    const deltas = {
      short: [32, 5, 0x90, 1],
      long: [32, 1, 0x90, 2],
      beyond: [32, 40, 0x90, 40],
      other: [31, 1, 0x90, 1],
      zero: [32, 1, 0],
      cut: [32, 9, 9, 1],
    }
    for (const [name, delta] of Object.entries(deltas)) {
      expect(
        ruleOf(() => read(seal(2, whole(base), onBase(baseOid, Buffer.from(delta))))),
        name,
      ).toBe('badDelta')
    }
  })

  it('bounds chains, work and results', () => {
    const chain = [whole(base)]
    let content = base
    for (let depth = 0; depth < 20; depth++) {
      const next = Buffer.concat([content, Buffer.from('x')])
      const delta = Buffer.from([content.length, next.length, 0x90, content.length, 1, 0x78])
      chain.push(onBase(hashObject('blob', content), delta))
      content = next
    }
    expect(read(seal(21, ...chain)).objects).toHaveLength(21)
    expect(ruleOf(() => read(seal(21, ...chain), { maxDeltaDepth: 10 }))).toBe('deltaTooDeep')
    expect(ruleOf(() => read(seal(21, ...chain), { maxWorkBytes: 500 }))).toBe('packTooLarge')
    const bomb = Buffer.concat([Buffer.from([32, 0xff, 0xff, 0xff, 0xff, 0x7f]), Buffer.from([0x90, 1])])
    expect(ruleOf(() => read(seal(2, whole(base), onBase(baseOid, bomb))))).toBe('objectTooLarge')
  })
})
