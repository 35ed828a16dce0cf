import { hashObject, inflateExact, type ObjectType, type PackPlace, typeName } from '@stoa/git'
import type { Db } from '../../kit/db/database.js'
import { ByteLru } from './byte-lru.js'
import { toHex } from './oid.js'
import type { PackFiles } from './pack-files.js'
import { listObjectData, listObjectRows, listPacks, type PackRow } from './queries/objects.js'
import type { ObjectInfo, StoredObject } from './store.js'

/** Where an object is: in a pack, or inline in the database. */
export type Location =
  | { readonly kind: 'pack'; readonly pack: PackRow; readonly place: PackPlace }
  | { readonly kind: 'row'; readonly type: number; readonly sizeBytes: number }

const CONTENT_CACHE_BYTES = 64 * 1024 * 1024
const MAX_CACHED_OBJECT_BYTES = 512 * 1024
const OVERHEAD_BYTES = 200
const PACK_LISTS = 10_000
const PACK_LIST_MS = 60_000

interface PackList {
  readonly packs: readonly PackRow[]
  readonly atMs: number
}
const ROWS_A_QUERY = 5_000

/** Finds and reads objects of repositories; knows nothing of refs. Keys of its caches carry the repository. */
export class ObjectReader {
  private readonly db: Db
  private readonly files: PackFiles
  private readonly packLists = new ByteLru<PackList>(PACK_LISTS)
  private readonly contents = new ByteLru<StoredObject>(CONTENT_CACHE_BYTES)
  private readonly epochs = new ByteLru<number>(PACK_LISTS)

  constructor(db: Db, files: PackFiles) {
    this.db = db
    this.files = files
  }

  /** Forgets which packs a repository has, after one was added. */
  forgetPacks(repoId: string): void {
    this.packLists.delete(repoId)
  }

  /** What follows is read as it stands in this epoch: lists of packs from another one are forgotten. */
  enterEpoch(repoId: string, epoch: number): void {
    if (this.epochs.get(repoId) !== epoch) this.forgetPacks(repoId)
    this.epochs.set(repoId, epoch, 1)
  }

  /** Forgets contents that were removed. */
  forgetObjects(repoId: string, oids: readonly string[]): void {
    for (const oid of oids) this.contents.delete(`${repoId}:${oid}`)
  }

  /** Another process may have written packs anew; what lies in the old ones can be read for the floor of the collector. */
  async packsOf(repoId: string): Promise<readonly PackRow[]> {
    const known = this.packLists.get(repoId)
    return known !== undefined && performance.now() - known.atMs < PACK_LIST_MS ? known.packs : this.loadPacks(repoId)
  }

  private async loadPacks(repoId: string): Promise<readonly PackRow[]> {
    const packs = await listPacks(this.db, repoId)
    this.packLists.set(repoId, { packs, atMs: performance.now() }, packs.length + 1)
    return packs
  }

  /** Where each object is; an unknown one is absent. Another process may have added packs: a miss asks again. */
  async locate(repoId: string, oids: readonly string[]): Promise<Map<string, Location>> {
    const known = await this.packsOf(repoId)
    const { found, missing } = await this.locateInPacks(known, oids, new Map())
    for (let at = 0; at < missing.length; at += ROWS_A_QUERY) {
      for (const row of await listObjectRows(this.db, repoId, missing.slice(at, at + ROWS_A_QUERY))) {
        found.set(toHex(row.oid), { kind: 'row', type: row.type, sizeBytes: Number(row.sizeBytes) })
      }
    }
    const still = missing.filter((oid) => !found.has(oid))
    if (still.length === 0) return found
    const now = await this.loadPacks(repoId)
    const fresh = now.filter((pack) => !known.some((old) => old.id === pack.id))
    if (fresh.length > 0) await this.locateInPacks(fresh, still, found)
    return found
  }

  private async locateInPacks(packs: readonly PackRow[], oids: readonly string[], found: Map<string, Location>) {
    let missing: readonly string[] = oids
    for (const pack of packs) {
      if (missing.length === 0) break
      const index = await this.files.index(pack)
      const left: string[] = []
      for (const oid of missing) {
        const place = index.find(oid)
        if (place) found.set(oid, { kind: 'pack', pack, place })
        else left.push(oid)
      }
      missing = left
    }
    return { found, missing }
  }

  async readInfo(repoId: string, oids: readonly string[]): Promise<Map<string, ObjectInfo>> {
    const infos = new Map<string, ObjectInfo>()
    for (const [oid, location] of await this.locate(repoId, oids)) {
      const { type, sizeBytes } = location.kind === 'pack' ? location.place : location
      infos.set(oid, { type: typeName(type) as ObjectType, sizeBytes })
    }
    return infos
  }

  /** Contents by oid. Each is checked against its name, so a damaged blob is noticed here and not by a client. */
  async readObjects(repoId: string, oids: readonly string[]): Promise<Map<string, StoredObject>> {
    const found = new Map<string, StoredObject>()
    const missing = new Set<string>()
    for (const oid of oids) {
      const cached = this.contents.get(`${repoId}:${oid}`)
      if (cached) found.set(oid, cached)
      else missing.add(oid)
    }
    if (missing.size === 0) return found
    const locations = await this.locate(repoId, [...missing])
    await this.readFromPacks(repoId, locations, found)
    await this.readFromRows(repoId, locations, found)
    return found
  }

  private async readFromPacks(
    repoId: string,
    locations: ReadonlyMap<string, Location>,
    found: Map<string, StoredObject>,
  ) {
    const byPack = new Map<PackRow, [string, number][]>()
    for (const [oid, location] of locations) {
      if (location.kind !== 'pack') continue
      const list = byPack.get(location.pack) ?? []
      list.push([oid, location.place.rank])
      byPack.set(location.pack, list)
    }
    for (const [pack, wanted] of byPack) {
      const contents = await this.files.readContents(
        pack,
        wanted.map(([, rank]) => rank),
      )
      for (const [oid, rank] of wanted) {
        const content = contents.get(rank)
        if (content) found.set(oid, this.keep(repoId, { oid, ...content }))
      }
    }
  }

  private async readFromRows(
    repoId: string,
    locations: ReadonlyMap<string, Location>,
    found: Map<string, StoredObject>,
  ) {
    const inRows = [...locations].filter(([, location]) => location.kind === 'row').map(([oid]) => oid)
    if (inRows.length === 0) return
    for (const row of await listObjectData(this.db, repoId, inRows)) {
      const oid = toHex(row.oid)
      const { data } = inflateExact(row.data, Number(row.sizeBytes))
      found.set(oid, this.keep(repoId, { oid, type: typeName(row.type) as ObjectType, data }))
    }
  }

  private keep(repoId: string, object: StoredObject): StoredObject {
    if (hashObject(object.type, object.data) !== object.oid) throw new Error(`stored object ${object.oid} is damaged`)
    const isKept = object.type !== 'blob' && object.data.length <= MAX_CACHED_OBJECT_BYTES
    if (isKept) this.contents.set(`${repoId}:${object.oid}`, object, object.data.length + OVERHEAD_BYTES)
    return object
  }
}
