import { parseTree, type TreeEntry } from '@stoa/git'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import { Turns } from '../../kit/turns.js'
import { ByteLru } from './byte-lru.js'
import { CHECK_TURNS } from './check-incoming.js'
import { CommitGraph } from './commit-graph.js'
import { ObjectReader } from './object-reader.js'
import { ObjectWriter } from './object-writer.js'
import { fromHex, isOid, toHex } from './oid.js'
import { PackFiles } from './pack-files.js'
import { listCommitsBetween } from './queries/commits.js'
import { sumStoredBytes } from './queries/objects.js'
import { findRefRow, listRefRows, type RefRow } from './queries/refs.js'
import { SpoolRoom } from './spool.js'
import type { GitRef, GitStore } from './store.js'
import { HOLD_NOTHING, type HoldRepo, lockStore, updateRefs } from './update-refs.js'
import { type PackPlan, planBytes } from './write-pack.js'

/** The store and its parts; the smart HTTP service works on the parts. */
export interface GitStorage {
  readonly store: GitStore<Db, Tx>
  readonly reader: ObjectReader
  readonly writer: ObjectWriter
  readonly graph: CommitGraph
  readonly files: PackFiles
  readonly clones: ClonePlans
  /** Memory for packs that arrive. */
  readonly room: SpoolRoom
  /** Checks of pushed packs in worker threads. */
  readonly checks: Turns
  /** Takes a repository for the rest of the transaction and counts a write of its git data; its epoch, null when it is gone. */
  lock(tx: Tx, repoId: string): Promise<number | null>
  readonly hold: HoldRepo
  /** Drops what this process remembers of removed objects. */
  forget(repoId: string, oids: readonly string[]): void
}

/** Plans of whole clones, since the same tip is cloned again and again. */
export interface ClonePlans {
  get(key: string): PackPlan | undefined
  keep(key: string, plan: PackPlan): void
}

const CLONE_PLAN_BYTES = 48 * 1024 * 1024

/** Longest path that `findEntry` follows. */
const MAX_PATH_PARTS = 256

/** Git data of all repositories on a kit's database and blob store. */
export function createGitStorage(
  kit: Pick<Kit, 'db' | 'write' | 'blobs' | 'clock' | 'ids'> & {
    isLenient?(): boolean
    /** Nothing but git data is held without it. */
    readonly holdRepo?: HoldRepo
  },
): GitStorage {
  const { db } = kit
  const hold = kit.holdRepo ?? HOLD_NOTHING
  const files = new PackFiles(kit.blobs)
  const reader = new ObjectReader(db, files)
  const graph = new CommitGraph(db)
  const writer = new ObjectWriter(kit, reader, graph, files)
  const readObject: GitStore<Db, Tx>['readObject'] = async (repoId, oid) =>
    (await reader.readObjects(repoId, [oid])).get(oid) ?? null
  const readTree: GitStore<Db, Tx>['readTree'] = async (repoId, oid) => {
    const object = await readObject(repoId, oid)
    return object?.type === 'tree' ? parseTree(object.data) : null
  }
  const store: GitStore<Db, Tx> = {
    readObjects: (repoId, oids) => reader.readObjects(repoId, oids),
    readObject,
    readInfo: (repoId, oids) => reader.readInfo(repoId, oids),
    hasObjects: async (repoId, oids) => new Set((await reader.locate(repoId, oids)).keys()),
    writeObjects: (repoId, objects) => writer.writeObjects(repoId, objects),
    readTree,
    findEntry: (repoId, treeOid, path) => findEntry((oid) => readTree(repoId, oid), treeOid, path),
    listRefs: async (from, repoId, prefix = '') => (await listRefRows(from, repoId, prefix)).map(toRef),
    findRef: async (from, repoId, name) => {
      const row = await findRefRow(from, repoId, name)
      return row ? toRef(row) : null
    },
    updateRefs: (tx, repoId, changes) => updateRefs(tx, hold, repoId, { changes, at: kit.clock.now() }),
    findCommit: (repoId, oid) => (isOid(oid) ? graph.find(repoId, oid) : Promise.resolve(null)),
    findCommitsByPrefix: async (repoId, prefix) => {
      if (!/^[0-9a-f]{4,40}$/.test(prefix)) return []
      const range = [fromHex(prefix.padEnd(40, '0')), fromHex(prefix.padEnd(40, 'f'))] as const
      return (await listCommitsBetween(db, repoId, ...range)).map(toHex)
    },
    walk: (repoId, starts, options) => graph.walk(repoId, starts, options),
    isAncestor: (repoId, ancestor, descendant) => graph.isAncestor(repoId, ancestor, descendant),
    storedBytes: (from, repoId) => sumStoredBytes(from, repoId),
  }
  const plans = new ByteLru<PackPlan>(CLONE_PLAN_BYTES)
  const clones = {
    get: (key: string) => plans.get(key),
    keep: (key: string, plan: PackPlan) => plans.set(key, plan, planBytes(plan)),
  }
  const forget = (repoId: string, oids: readonly string[]): void => {
    reader.forgetPacks(repoId)
    reader.forgetObjects(repoId, oids)
    graph.forget(repoId, oids)
  }
  const waiting = { room: new SpoolRoom(), checks: new Turns(CHECK_TURNS) }
  const lock: GitStorage['lock'] = (tx, repoId) => lockStore(tx, hold, repoId)
  return { store, reader, writer, graph, files, clones, ...waiting, lock, hold, forget }
}

function toRef(row: RefRow): GitRef {
  return { name: row.name, oid: toHex(row.oid), peeled: row.peeled === null ? null : toHex(row.peeled) }
}

type ReadTree = (oid: string) => Promise<readonly TreeEntry[] | null>

async function findEntry(readTree: ReadTree, treeOid: string, path: string): Promise<TreeEntry | null> {
  let at: TreeEntry = { mode: '40000', name: '', oid: treeOid, kind: 'tree' }
  const parts = path === '' ? [] : path.split('/')
  if (parts.length > MAX_PATH_PARTS) return null
  for (const part of parts) {
    if (at.kind !== 'tree') return null
    const next = (await readTree(at.oid))?.find((entry) => entry.name === part)
    if (next === undefined) return null
    at = next
  }
  return at
}
