import { open } from 'node:fs/promises'
import {
  applyDelta,
  inflateExact,
  NO_BASE,
  type ObjectType,
  PackIndex,
  type PackPlace,
  readEntryHeader,
  typeName,
} from '@stoa/git'
import type { BlobStore } from '../../kit/blobs/port.js'
import { ByteLru } from './byte-lru.js'
import type { PackRow } from './queries/objects.js'

const INDEX_CACHE_BYTES = 128 * 1024 * 1024
/** Entries nearer than this are fetched by one read, up to the size of one read. */
const GAP_BYTES = 64 * 1024
const READ_BYTES = 4 * 1024 * 1024
const KEPT_INTERMEDIATE_BYTES = 64 * 1024

export interface PackContent {
  readonly type: ObjectType
  readonly data: Buffer
}

/** Reads packs and their indexes from the blob store. */
export class PackFiles {
  private readonly blobs: BlobStore
  private readonly indexes = new ByteLru<PackIndex>(INDEX_CACHE_BYTES)

  constructor(blobs: BlobStore) {
    this.blobs = blobs
  }

  async index(pack: PackRow): Promise<PackIndex> {
    const known = this.indexes.get(pack.id)
    if (known) return known
    const index = new PackIndex(await this.readRange(pack.indexKey, 0, Number(pack.indexBytes)))
    this.keepIndex(pack.id, index)
    return index
  }

  keepIndex(packId: string, index: PackIndex): void {
    this.indexes.set(packId, index, index.bytes.length)
  }

  /** Bytes `start` to `endExclusive` of a blob. Throws when it is gone or shorter. */
  async readRange(key: string, start: number, endExclusive: number): Promise<Buffer> {
    const path = this.blobs.localPath(key)
    const bytes =
      path === null ? await this.fetchRange(key, start, endExclusive) : await readFileRange(path, start, endExclusive)
    if (bytes.length !== endExclusive - start) throw new Error(`blob ${key} is shorter than recorded`)
    return bytes
  }

  /** The same, in pieces. */
  async *stream(key: string, start: number, endExclusive: number): AsyncGenerator<Buffer> {
    for (let at = start; at < endExclusive; at += READ_BYTES) {
      yield await this.readRange(key, at, Math.min(at + READ_BYTES, endExclusive))
    }
  }

  private async fetchRange(key: string, start: number, endExclusive: number): Promise<Buffer> {
    const found = await this.blobs.get(key, { start, endExclusive })
    if (!found) throw new Error(`blob ${key} is missing`)
    const parts: Buffer[] = []
    for await (const part of found.body) parts.push(part as Buffer)
    return Buffer.concat(parts)
  }

  /** Raw entries of a pack, head included, in order of offset; neighbours share a read. */
  async *entries(pack: PackRow, places: readonly PackPlace[]): AsyncGenerator<{ place: PackPlace; bytes: Buffer }> {
    const sorted = [...places].sort((a, b) => a.offset - b.offset)
    for (let from = 0; from < sorted.length; ) {
      const first = sorted[from] as PackPlace
      let to = from
      let end = first.offset
      for (let next: PackPlace | undefined = first; next !== undefined; next = sorted[to]) {
        const nextEnd = next.offset + next.lengthBytes
        if (to > from && (next.offset - end > GAP_BYTES || nextEnd - first.offset > READ_BYTES)) break
        end = nextEnd
        to++
      }
      const bytes = await this.readRange(pack.packKey, first.offset, end)
      for (; from < to; from++) {
        const place = sorted[from] as PackPlace
        const at = place.offset - first.offset
        yield { place, bytes: bytes.subarray(at, at + place.lengthBytes) }
      }
    }
  }

  /** Contents by rank, deltas applied. */
  async readContents(pack: PackRow, ranks: readonly number[]): Promise<Map<number, PackContent>> {
    const index = await this.index(pack)
    const needed = withBases(index, ranks)
    const bodies = new Map<number, { data: Buffer; place: PackPlace }>()
    for await (const { place, bytes } of this.entries(pack, [...needed.values()])) {
      const head = readEntryHeader(bytes)
      bodies.set(place.rank, { data: inflateExact(bytes.subarray(head.headerBytes), head.sizeBytes).data, place })
    }
    const wanted = new Set(ranks)
    const done = new Map<number, Buffer>()
    for (const rank of ranks) resolve(rank, bodies, done, wanted)
    return new Map(
      ranks.map((rank) => [
        rank,
        { type: typeName(needed.get(rank)?.type ?? 0) as ObjectType, data: done.get(rank) as Buffer },
      ]),
    )
  }
}

async function readFileRange(path: string, start: number, endExclusive: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(endExclusive - start)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function withBases(index: PackIndex, ranks: readonly number[]): Map<number, PackPlace> {
  const needed = new Map<number, PackPlace>()
  for (const rank of ranks) {
    for (let at = rank; at !== NO_BASE && !needed.has(at); ) {
      const place = index.placeOf(at)
      needed.set(at, place)
      at = place.base
    }
  }
  return needed
}

/** Makes one content from its chain; keeps what was asked for and small steps on the way. */
function resolve(
  rank: number,
  bodies: ReadonlyMap<number, { data: Buffer; place: PackPlace }>,
  done: Map<number, Buffer>,
  wanted: ReadonlySet<number>,
): void {
  const chain: number[] = []
  let at = rank
  while (!done.has(at)) {
    chain.push(at)
    const { base } = (bodies.get(at) as { place: PackPlace }).place
    if (base === NO_BASE) break
    at = base
  }
  let content = done.get(at)
  for (const step of chain.toReversed()) {
    const body = (bodies.get(step) as { data: Buffer }).data
    content = content === undefined ? body : applyDelta(content, body)
    if (wanted.has(step) || content.length <= KEPT_INTERMEDIATE_BYTES) done.set(step, content)
  }
}
