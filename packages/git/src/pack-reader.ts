import { createHash } from 'node:crypto'
import { ContentSlab, SLAB_CONTENT_BYTES } from './content-slab.js'
import { applyDelta, readDeltaHeader } from './delta.js'
import { GitFormatError } from './format-error.js'
import { deflateBound, inflateExact } from './inflate.js'
import { hashObject, type ObjectType, PACK_TYPE, typeCode, typeName } from './object.js'
import { OID_BYTES, OidTable } from './oid-table.js'
import {
  type EntryHeader,
  MAX_ENTRY_HEADER_BYTES,
  PACK_HEADER_BYTES,
  PACK_TRAILER_BYTES,
  readEntryHeader,
  readPackHeader,
} from './pack-entry.js'

/** Random access to a pack that lies in memory or in a file. */
export interface PackSource {
  readonly sizeBytes: number
  /** At most `length` bytes from `offset`; fewer only at the end. The caller does not change or keep them. */
  read(offset: number, length: number): Buffer
}

export interface PackLimits {
  readonly maxObjects: number
  /** Largest inflated object. */
  readonly maxObjectBytes: number
  /** All bytes inflated or made from deltas while reading, repeated work included; every object costs a little more. */
  readonly maxWorkBytes: number
  /** The same per byte of the pack, beside a fixed part: a small pack cannot ask for much work. */
  readonly maxWorkPerPackByte: number
  readonly maxDeltaDepth: number
  /** Contents kept as likely delta bases. */
  readonly cacheBytes: number
}

export const DEFAULT_PACK_LIMITS: PackLimits = {
  maxObjects: 1_000_000,
  maxObjectBytes: 100 * 1024 * 1024,
  maxWorkBytes: 16 * 1024 * 1024 * 1024,
  maxWorkPerPackByte: 256,
  maxDeltaDepth: 512,
  cacheBytes: 48 * 1024 * 1024,
}

/** One object of a pack, in pack order. Its id as text and its content are made when they are asked for. */
export interface PackObject {
  readonly oid: string
  readonly type: ObjectType
  readonly data: Buffer
  readonly sizeBytes: number
  /** The first byte of the content; 0 when it is empty. */
  readonly firstByte: number
}

/** Where everything in a pack is, by entry number (order of offsets). */
export interface PackTable {
  readonly count: number
  readonly packBytes: number
  /** Oids of the entries. */
  readonly oids: OidTable
  /** PACK_TYPE codes 1 to 4, deltas resolved. */
  readonly types: Uint8Array
  readonly sizes: Uint32Array
  readonly offsets: Uint32Array
  /** Entry number of a delta's base; NO_BASE for whole content. */
  readonly bases: Uint32Array
  /** The content of an entry, once more. Throws GitFormatError when that goes over the limits. */
  contentOf(number: number): Buffer
}

export const NO_BASE = 0xffffffff
const MAX_PACK_BYTES = 0xffffffff
/** An entry cannot be shorter than one header byte and an empty zlib stream. */
const MIN_ENTRY_BYTES = 9
/** How much work passes between two yields of the reader. */
const STEP_BYTES = 1024 * 1024
const OBJECT_COST_BYTES = 2048
/** What is read of a pack at once. */
const WINDOW_BYTES = 256 * 1024
/** What one more inflated or applied object weighs in the work that is allowed. */
const OPERATION_COST_BYTES = 1024
/** Work that a pack may ask for whatever its size. */
const FREE_WORK_BYTES = 2 * 1024 * 1024 * 1024

const MAX_RECENT_BASES = 16
const MAX_RECENT_BASE_BYTES = 4 * 1024 * 1024

const fail = (rule: string, message: string): GitFormatError => new GitFormatError(rule, message)

/**
 * Reads a whole pack: every object is inflated, its deltas applied, named by its own hash and shown to `visit` once.
 * Thin packs are refused. A generator so that the caller may pause: it yields about every megabyte of work.
 *
 * Memory: about 80 bytes an object, `cacheBytes`, and one delta chain's two contents.
 * Throws GitFormatError for anything damaged or over a limit; whatever `visit` throws passes through.
 */
export function* readPack(
  source: PackSource,
  limits: PackLimits,
  visit: (object: PackObject) => void,
): Generator<void, PackTable> {
  const reader = new PackReader(source, limits, visit)
  yield* reader.readEntries()
  yield* reader.resolveWaiting()
  return reader.table()
}

class PackReader {
  private readonly source: PackSource
  private readonly limits: PackLimits
  private readonly visit: (object: PackObject) => void
  private readonly count: number
  private readonly oids: OidTable
  private readonly types: Uint8Array
  private readonly sizes: Uint32Array
  private readonly offsets: Uint32Array
  private readonly bases: Uint32Array
  private readonly depths: Uint16Array
  /** Small contents, and where each lies: slab (0 when in none) and place in it. */
  private readonly slab: ContentSlab
  private readonly slabs: Uint32Array
  private readonly starts: Uint32Array
  private readonly named = Buffer.alloc(OID_BYTES)
  /** The part of the pack that is being read. */
  private window: Buffer = Buffer.alloc(0)
  private windowStart = 0
  /** Contents that are in no slab, by entry number; the oldest are forgotten first. */
  private readonly cache = new Map<number, Buffer>()
  private readonly cacheLimitBytes: number
  /** Contents of the bases used last, whatever their age: many deltas may lie on one old base. */
  private readonly recentBases = new Map<number, Buffer>()
  private cachedBytes = 0
  private workBytes = 0
  private stepBytes = 0
  /** Deltas whose base has not been seen: by its oid, or by its entry number. */
  private readonly waiting = new Map<string | number, { number: number; header: EntryHeader }[]>()
  private readonly maxWorkBytes: number

  constructor(source: PackSource, limits: PackLimits, visit: (object: PackObject) => void) {
    this.source = source
    this.limits = limits
    this.visit = visit
    this.count = checkedCount(source, limits)
    const share = FREE_WORK_BYTES + source.sizeBytes * limits.maxWorkPerPackByte
    this.maxWorkBytes = Math.min(limits.maxWorkBytes, share)
    this.oids = new OidTable(this.count)
    this.types = new Uint8Array(this.count)
    this.sizes = new Uint32Array(this.count)
    this.offsets = new Uint32Array(this.count)
    this.bases = new Uint32Array(this.count).fill(NO_BASE)
    this.depths = new Uint16Array(this.count)
    this.slabs = new Uint32Array(this.count)
    this.starts = new Uint32Array(this.count)
    this.slab = new ContentSlab(limits.cacheBytes / 2)
    this.cacheLimitBytes = limits.cacheBytes / 2
  }

  *readEntries(): Generator<void> {
    const end = this.source.sizeBytes - PACK_TRAILER_BYTES
    let offset = PACK_HEADER_BYTES
    for (let number = 0; number < this.count; number++) {
      if (offset >= end) throw fail('badPack', 'the pack holds fewer objects than it says')
      this.offsets[number] = offset
      const header = this.headerAt(offset)
      offset += header.headerBytes + this.takeEntry(number, header)
      if (this.isStepDone()) yield
    }
    if (offset !== end) throw fail('badPack', 'the pack holds more than it says')
    yield* this.checkTrailer(end)
  }

  private *checkTrailer(end: number): Generator<void> {
    const hash = createHash('sha1')
    for (let at = 0; at < end; at += STEP_BYTES) {
      hash.update(this.source.read(at, Math.min(STEP_BYTES, end - at)))
      yield
    }
    if (!hash.digest().equals(this.source.read(end, PACK_TRAILER_BYTES))) {
      throw fail('badPack', 'the checksum of the pack does not match')
    }
  }

  /** Deltas on a base that came later in the pack: each is read again once, when its base is known. */
  *resolveWaiting(): Generator<void> {
    const known: number[] = []
    for (const key of this.waiting.keys()) {
      const base = typeof key === 'string' ? this.numberOf(key) : key
      if (base !== undefined && this.types[base] !== 0) known.push(base)
    }
    for (let base = known.pop(); base !== undefined; base = known.pop()) {
      for (const { number, header } of this.takeWaiting(base)) {
        this.takeEntry(number, header)
        known.push(number)
        if (this.isStepDone()) yield
      }
    }
    if (this.waiting.size > 0) throw fail('thinPack', 'a delta base is missing (thin packs are not taken)')
  }

  private takeWaiting(base: number): { number: number; header: EntryHeader }[] {
    if (this.waiting.size === 0) return []
    const keys = [base, this.oids.textOf(base)]
    const found = keys.flatMap((key) => this.waiting.get(key) ?? [])
    for (const key of keys) this.waiting.delete(key)
    return found
  }

  table(): PackTable {
    const { count, oids, types, sizes, offsets, bases } = this
    const contentOf = (number: number): Buffer => this.contentOf(number)
    return { count, packBytes: this.source.sizeBytes, oids, types, sizes, offsets, bases, contentOf }
  }

  /** Reads the entry at its offset; how many bytes follow its head. */
  private takeEntry(number: number, header: EntryHeader): number {
    const type = typeName(header.type)
    if (type === undefined) return this.takeDelta(number, header)
    const { sizeBytes } = header
    if (sizeBytes > SLAB_CONTENT_BYTES) {
      const { data, consumedBytes } = this.inflateAt(this.offsets[number] as number, header)
      this.keep(number, type, data)
      return consumedBytes
    }
    this.charge(sizeBytes)
    const bound = deflateBound(sizeBytes)
    const at = this.see((this.offsets[number] as number) + header.headerBytes, bound)
    const consumedBytes = this.slab.inflate(this.window, at, Math.min(bound, this.window.length - at), sizeBytes)
    this.keep(number, type, null)
    return consumedBytes
  }

  private takeDelta(number: number, header: EntryHeader): number {
    if (header.type !== PACK_TYPE.ofsDelta && header.type !== PACK_TYPE.refDelta) {
      throw fail('badPack', 'unknown entry type')
    }
    const { data: delta, consumedBytes } = this.inflateAt(this.offsets[number] as number, header)
    const base = this.findBase(number, header)
    if (base === undefined || this.types[base] === 0) {
      const key = base ?? header.baseOid
      const others = this.waiting.get(key)
      if (others) others.push({ number, header })
      else this.waiting.set(key, [{ number, header }])
      return consumedBytes
    }
    const depth = (this.depths[base] as number) + 1
    if (depth > this.limits.maxDeltaDepth) throw fail('deltaTooDeep', 'a delta chain is too long')
    this.depths[number] = depth
    this.bases[number] = base
    const { resultBytes } = readDeltaHeader(delta)
    this.charge(resultBytes)
    const content = this.contentOf(base)
    const baseType = typeName(this.types[base] as number) as ObjectType
    if (resultBytes > SLAB_CONTENT_BYTES) this.keep(number, baseType, applyDelta(content, delta))
    else {
      const room = this.slab.reserve(resultBytes).subarray(this.slab.to, this.slab.to + resultBytes)
      applyDelta(content, delta, room)
      this.keep(number, baseType, null)
    }
    return consumedBytes
  }

  /** Entry number of a base; undefined when it is named by an oid that no entry has yet. */
  private findBase(number: number, header: EntryHeader): number | undefined {
    if (header.type === PACK_TYPE.refDelta) return this.numberOf(header.baseOid)
    return this.numberAt((this.offsets[number] as number) - header.baseDistance, number)
  }

  /** Entry number at an offset, among those before `below`. */
  private numberAt(offset: number, below: number): number {
    let low = 0
    let high = below - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.offsets[middle] as number
      if (found === offset) return middle
      if (found < offset) low = middle + 1
      else high = middle - 1
    }
    throw fail('badDelta', 'a delta base lies outside of the pack')
  }

  private numberOf(oid: string): number | undefined {
    this.named.write(oid, 'hex')
    const number = this.oids.find(this.named, 0)
    return number < 0 ? undefined : number
  }

  /** Names an object, gives it its number and shows it. Its content is the one that came last into the slab, or `large`. */
  private keep(number: number, type: ObjectType, large: Buffer | null): void {
    const { slab, oids } = this
    const isNew =
      large === null
        ? oids.putText(number, slab.nameOf(type), 'latin1')
        : oids.putText(number, hashObject(type, large), 'hex')
    if (!isNew) throw fail('duplicateObject', `object ${oids.textOf(number)} is in the pack twice`)
    this.types[number] = typeCode(type)
    this.sizes[number] = large === null ? slab.sizeBytes : large.length
    if (large === null) {
      this.slabs[number] = slab.number
      this.starts[number] = slab.to
    } else this.cacheContent(number, large)
    this.visit(
      large === null
        ? new ReadObject(type, oids, number, { bytes: slab.out, start: slab.to, sizeBytes: slab.sizeBytes })
        : new ReadObject(type, oids, number, { bytes: large, start: 0, sizeBytes: large.length }),
    )
  }

  /** Content of an entry that has been kept, from a cache or made again from its chain. */
  private contentOf(number: number): Buffer {
    const chain: number[] = []
    let at = number
    let content = this.knownContent(at)
    while (content === undefined && this.bases[at] !== NO_BASE) {
      chain.push(at)
      at = this.bases[at] as number
      content = this.knownContent(at)
    }
    content ??= this.bodyAgain(at)
    for (const next of chain.toReversed()) {
      this.charge(this.sizes[next] as number)
      content = applyDelta(content, this.bodyAgain(next))
    }
    if (this.slabContent(number) === undefined) this.keepBase(number, content)
    return content
  }

  private knownContent(number: number): Buffer | undefined {
    return this.slabContent(number) ?? this.cache.get(number) ?? this.recentBases.get(number)
  }

  private slabContent(number: number): Buffer | undefined {
    const slab = this.slabs[number] as number
    if (slab === 0) return undefined
    return this.slab.contentAt(slab, this.starts[number] as number, this.sizes[number] as number)
  }

  private keepBase(number: number, content: Buffer): void {
    this.cacheContent(number, content)
    if (this.cache.has(number) || content.length > MAX_RECENT_BASE_BYTES) return
    this.recentBases.delete(number)
    this.recentBases.set(number, content)
    const [oldest = number] = this.recentBases.keys()
    if (this.recentBases.size > MAX_RECENT_BASES) this.recentBases.delete(oldest)
  }

  private bodyAgain(number: number): Buffer {
    const offset = this.offsets[number] as number
    return this.inflateAt(offset, this.headerAt(offset)).data
  }

  private headerAt(offset: number): EntryHeader {
    const at = this.see(offset, MAX_ENTRY_HEADER_BYTES)
    return readEntryHeader(this.window, at)
  }

  private inflateAt(offset: number, { headerBytes, sizeBytes }: EntryHeader): { data: Buffer; consumedBytes: number } {
    this.charge(sizeBytes)
    const bound = deflateBound(sizeBytes)
    const at = this.see(offset + headerBytes, bound)
    return inflateExact(this.window.subarray(at, at + bound), sizeBytes)
  }

  /** Where `offset` lies in the window, which is moved so that `length` bytes from there are in it, if the pack has them. */
  private see(offset: number, length: number): number {
    const end = Math.min(offset + length, this.source.sizeBytes)
    if (offset < this.windowStart || end > this.windowStart + this.window.length) {
      this.window = this.source.read(offset, Math.max(length, WINDOW_BYTES))
      this.windowStart = offset
    }
    return offset - this.windowStart
  }

  private charge(sizeBytes: number): void {
    if (sizeBytes > this.limits.maxObjectBytes)
      throw fail('objectTooLarge', 'an object is larger than this server takes')
    this.workBytes += sizeBytes + OPERATION_COST_BYTES
    this.stepBytes += sizeBytes + OBJECT_COST_BYTES
    if (this.workBytes > this.maxWorkBytes) throw fail('packTooLarge', 'the pack inflates to too much')
  }

  private isStepDone(): boolean {
    if (this.stepBytes < STEP_BYTES) return false
    this.stepBytes = 0
    return true
  }

  private cacheContent(number: number, data: Buffer): void {
    if (data.length > this.cacheLimitBytes / 2 || this.cache.has(number)) return
    this.cache.set(number, data)
    this.cachedBytes += data.length + OBJECT_COST_BYTES
    for (const [oldest, content] of this.cache) {
      if (this.cachedBytes <= this.cacheLimitBytes) break
      this.cachedBytes -= content.length + OBJECT_COST_BYTES
      this.cache.delete(oldest)
    }
  }
}

/** Where the content of a read object lies. */
interface ContentPlace {
  readonly bytes: Buffer
  readonly start: number
  readonly sizeBytes: number
}

class ReadObject implements PackObject {
  readonly type: ObjectType
  private readonly oids: OidTable
  private readonly number: number
  private readonly place: ContentPlace

  constructor(type: ObjectType, oids: OidTable, number: number, place: ContentPlace) {
    this.type = type
    this.oids = oids
    this.number = number
    this.place = place
  }

  get oid(): string {
    return this.oids.textOf(this.number)
  }

  get data(): Buffer {
    const { bytes, start, sizeBytes } = this.place
    return bytes.subarray(start, start + sizeBytes)
  }

  get sizeBytes(): number {
    return this.place.sizeBytes
  }

  get firstByte(): number {
    const { bytes, start, sizeBytes } = this.place
    return sizeBytes === 0 ? 0 : (bytes[start] as number)
  }
}

function checkedCount(source: PackSource, limits: PackLimits): number {
  const { sizeBytes } = source
  if (sizeBytes < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) throw fail('badPack', 'the pack is cut')
  if (sizeBytes > MAX_PACK_BYTES) throw fail('packTooLarge', 'the pack is larger than 4 GiB')
  const count = readPackHeader(source.read(0, PACK_HEADER_BYTES))
  if (count > limits.maxObjects) throw fail('tooManyObjects', `a push may hold at most ${limits.maxObjects} objects`)
  if (count * MIN_ENTRY_BYTES > sizeBytes) throw fail('badPack', 'the pack holds fewer objects than it says')
  return count
}
