import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import {
  encodeEntryHeader,
  encodePackHeader,
  NO_BASE,
  PACK_TYPE,
  type PackPlace,
  packEntry,
  PackHash,
  readEntryHeader,
  typeName,
  type ObjectType,
  PACK_HEADER_BYTES,
  PACK_TRAILER_BYTES,
} from '@stoa/git'
import type { Db } from '../../kit/db/database.js'
import type { ObjectReader } from './object-reader.js'
import type { PackFiles } from './pack-files.js'
import { listObjectData, type PackRow } from './queries/objects.js'

const deflateAsync = promisify(deflate)
/** Small pieces are joined to this before they go out. */
const OUT_BYTES = 256 * 1024
const ROWS_AT_ONCE = 400
const CONTENTS_AT_ONCE_BYTES = 16 * 1024 * 1024

/** The parts of the storage that packs are made from. */
interface PackParts {
  readonly reader: ObjectReader
  readonly files: PackFiles
}

interface PackShare {
  readonly pack: PackRow
  /** What goes out of it; null stands for all of it. */
  readonly places: readonly PackPlace[] | null
}

/** Where the objects of an outgoing pack come from. */
export interface PackPlan {
  readonly objectCount: number
  readonly shares: readonly PackShare[]
  /** Objects that are rows. */
  readonly rows: readonly string[]
}

/** Finds the objects of a pack for a client. Throws when one is missing. */
export async function planPack(
  storage: PackParts,
  repoId: string,
  oids: readonly string[],
  takesOffsets: boolean,
): Promise<PackPlan> {
  const locations = await storage.reader.locate(repoId, oids)
  const found = new Map<PackRow, PackPlace[]>()
  const rows: string[] = []
  for (const oid of oids) {
    const location = locations.get(oid)
    if (location === undefined) throw new Error(`object ${oid} of repository ${repoId} is missing`)
    if (location.kind === 'row') {
      rows.push(oid)
      continue
    }
    const places = found.get(location.pack)
    if (places) places.push(location.place)
    else found.set(location.pack, [location.place])
  }
  const shares = [...found].map(([pack, places]) => {
    return { pack, places: takesOffsets && places.length === pack.objectCount ? null : places }
  })
  return { objectCount: oids.length, shares, rows }
}

/** About how much memory a plan takes. */
export function planBytes(plan: PackPlan): number {
  return 500 + plan.rows.length * 100 + plan.shares.reduce((sum, share) => sum + (share.places?.length ?? 0) * 120, 0)
}

/**
 * The pack of a plan, made from what is stored: whole packs are passed on as they are, single entries are copied
 * without inflating them, rows go out deflated as they lie.
 */
export function streamPack(
  deps: { readonly storage: PackParts; readonly db: Db },
  repoId: string,
  { objectCount, shares, rows }: PackPlan,
): AsyncIterable<Buffer> {
  const { files } = deps.storage
  const [only] = shares
  if (only && shares.length === 1 && rows.length === 0 && only.places === null) {
    return files.stream(only.pack.packKey, 0, Number(only.pack.sizeBytes))
  }
  const parts = shares.map(({ pack, places }) =>
    places === null ? wholePack(deps.storage, pack) : packPart(deps.storage, pack, places),
  )
  return sealed(objectCount, [...parts, rowPart(deps.db, repoId, rows)])
}

/** Header, parts, trailer; small pieces joined. */
async function* sealed(count: number, parts: readonly AsyncIterable<Buffer>[]): AsyncGenerator<Buffer> {
  const hash = new PackHash()
  let held: Buffer[] = [encodePackHeader(count)]
  let heldBytes = PACK_HEADER_BYTES
  for (const part of parts) {
    for await (const bytes of part) {
      held.push(bytes)
      heldBytes += bytes.length
      if (heldBytes < OUT_BYTES) continue
      yield hash.pass(Buffer.concat(held))
      held = []
      heldBytes = 0
    }
  }
  const last = hash.pass(Buffer.concat(held))
  yield Buffer.concat([last, hash.trailer()])
}

function wholePack(storage: PackParts, pack: PackRow): AsyncIterable<Buffer> {
  return storage.files.stream(pack.packKey, PACK_HEADER_BYTES, Number(pack.sizeBytes) - PACK_TRAILER_BYTES)
}

/** Entries of one pack: a delta stays a delta when its base goes out from the same pack, else it is made whole. */
async function* packPart(storage: PackParts, pack: PackRow, places: readonly PackPlace[]): AsyncGenerator<Buffer> {
  const index = await storage.files.index(pack)
  const ranks = new Set(places.map((place) => place.rank))
  const isCopied = (place: PackPlace): boolean => place.base === NO_BASE || ranks.has(place.base)
  for await (const { place, bytes } of storage.files.entries(pack, places.filter(isCopied))) {
    if (place.base === NO_BASE) {
      yield bytes
      continue
    }
    const head = readEntryHeader(bytes)
    yield encodeEntryHeader(PACK_TYPE.refDelta, head.sizeBytes, index.oidAt(place.base))
    yield bytes.subarray(head.headerBytes)
  }
  for (const group of groupBySize(places.filter((place) => !isCopied(place)))) {
    const contents = await storage.files.readContents(
      pack,
      group.map((place) => place.rank),
    )
    for (const { type, data } of contents.values()) yield packEntry(type, data.length, await deflateAsync(data))
  }
}

function* groupBySize(places: readonly PackPlace[]): Generator<PackPlace[]> {
  let group: PackPlace[] = []
  let bytes = 0
  for (const place of places) {
    group.push(place)
    bytes += place.sizeBytes
    if (bytes < CONTENTS_AT_ONCE_BYTES) continue
    yield group
    group = []
    bytes = 0
  }
  if (group.length > 0) yield group
}

async function* rowPart(db: Db, repoId: string, oids: readonly string[]): AsyncGenerator<Buffer> {
  for (let at = 0; at < oids.length; at += ROWS_AT_ONCE) {
    const rows = await listObjectData(db, repoId, oids.slice(at, at + ROWS_AT_ONCE))
    if (rows.length !== Math.min(ROWS_AT_ONCE, oids.length - at))
      throw new Error(`objects of repository ${repoId} are missing`)
    for (const row of rows) yield packEntry(typeName(row.type) as ObjectType, Number(row.sizeBytes), row.data)
  }
}
