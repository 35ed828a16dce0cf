import { promisify } from 'node:util'
import { deflate, deflateSync } from 'node:zlib'
import { refuse } from '@stoa/contracts'
import {
  checkPack,
  type CommitFacts,
  DEFAULT_FACT_LIMITS,
  DEFAULT_PACK_LIMITS,
  encodePackHeader,
  FactCollector,
  GitFormatError,
  hashObject,
  type ObjectFacts,
  packEntry,
  PackHash,
  typeCode,
} from '@stoa/git'
import type { Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import { checkLinks, type OutsideFacts } from './check-links.js'
import type { CommitGraph } from './commit-graph.js'
import type { ObjectReader } from './object-reader.js'
import type { PackFiles } from './pack-files.js'
import { type PackBytes, PackUpload } from './pack-upload.js'
import { insertCommits, type NewCommitRow } from './queries/commits.js'
import { insertObjects, insertPack, type NewObjectRow, type PackRow } from './queries/objects.js'
import { isAnyCondemned, pardonObjects, readGitState } from './queries/garbage.js'
import { runToEnd } from './run-steps.js'
import type { NewObject } from './store.js'
import { type HoldRepo, HOLD_NOTHING, lockRefs, withinEpoch } from './update-refs.js'

/** Up to these, new objects become rows; above, a pack in the blob store. */
export const INLINE_OBJECTS = 400
export const INLINE_BYTES = 1024 * 1024
const ASYNC_DEFLATE_BYTES = 32 * 1024
const deflateAsync = promisify(deflate)

/** New objects that are stored as bytes already, or will be with their rows; one transaction makes them count. */
export interface PreparedObjects {
  readonly rows: readonly NewObjectRow[]
  readonly pack: PackRow | null
  readonly commits: readonly NewCommitRow[]
}

type WriterKit = Pick<Kit, 'db' | 'write' | 'blobs' | 'clock' | 'ids'> & {
  /** Test mode: file names that only a client's own tests would send. */
  isLenient?(): boolean
  /** Nothing but git data is held without it. */
  readonly holdRepo?: HoldRepo
}

/** Makes new objects durable and visible. */
export class ObjectWriter {
  private readonly kit: WriterKit
  private readonly reader: ObjectReader
  private readonly graph: CommitGraph
  private readonly files: PackFiles

  constructor(kit: WriterKit, reader: ObjectReader, graph: CommitGraph, files: PackFiles) {
    this.kit = kit
    this.reader = reader
    this.graph = graph
    this.files = files
  }

  /** The store's `writeObjects`. */
  async writeObjects(repoId: string, objects: readonly NewObject[]): Promise<string[]> {
    const named = objects.map(({ type, data }) => ({ type, data: asBuffer(data), oid: hashObject(type, data) }))
    const unique = new Map(named.map((object) => [object.oid, object]))
    await withinEpoch(() => this.writeOnce(repoId, unique))
    return named.map((object) => object.oid)
  }

  private async writeOnce(repoId: string, unique: ReadonlyMap<string, NamedObject>): Promise<void> {
    const epoch = await this.look(repoId)
    const present = [...(await this.reader.readInfo(repoId, [...unique.keys()])).keys()]
    const isSaved = present.length > 0 && (await isAnyCondemned(this.kit.db, repoId, present))
    const known = new Set(present)
    const fresh = [...unique.values()].filter((object) => !known.has(object.oid))
    if (fresh.length === 0 && !isSaved) return
    const facts = collectFacts(fresh, this.kit.isLenient?.() ?? false)
    await checkLinks(this.reader, repoId, facts)
    const prepared = await this.prepareFresh(repoId, fresh, facts.commits)
    await this.kit.write(async (tx) => {
      await lockRefs(tx, this.kit.holdRepo ?? HOLD_NOTHING, repoId, epoch)
      if (isSaved) await pardonObjects(tx, repoId, present)
      await this.insert(tx, repoId, prepared)
    })
    this.noteWritten(repoId, prepared)
  }

  /** The epoch of what is read from now on; a write that goes by it must be in the same. Throws `RepoNotFound`. */
  async look(repoId: string): Promise<number> {
    const state = await readGitState(this.kit.db, repoId)
    if (state === null) throw refuse('RepoNotFound')
    this.reader.enterEpoch(repoId, state.epoch)
    return state.epoch
  }

  private async prepareFresh(repoId: string, fresh: readonly NamedObject[], commits: readonly CommitFacts[]) {
    const graphRows = await this.graphRows(repoId, commits)
    const rows = await Promise.all(fresh.map(toRow))
    if (isSmall(rows.length, sumOf(rows.map((row) => row.deflated.length))))
      return { rows, pack: null, commits: graphRows }
    const bytes = joinPack(fresh, rows)
    const source = { sizeBytes: bytes.length, read: (at: number, length: number) => bytes.subarray(at, at + length) }
    const { index, count } = await runToEnd(checkPack(source, DEFAULT_PACK_LIMITS))
    const upload = this.upload({ bytes, path: null, sizeBytes: bytes.length })
    const pack = await upload.finish(repoId, count, index)
    return { rows: [], pack, commits: graphRows }
  }

  /** Throws `GitObjectRefused` unless what new objects point at is here and may be pointed at. */
  checkLinks(repoId: string, facts: OutsideFacts): Promise<void> {
    return checkLinks(this.reader, repoId, facts)
  }

  /** Begins to store a pack. */
  upload(pack: PackBytes): PackUpload {
    return new PackUpload(this.kit, this.files, pack)
  }

  async insert(tx: Tx, repoId: string, prepared: PreparedObjects): Promise<void> {
    await insertObjects(tx, repoId, prepared.rows)
    if (prepared.pack) await insertPack(tx, prepared.pack)
    await insertCommits(tx, repoId, prepared.commits)
  }

  /** To be called after the transaction. */
  noteWritten(repoId: string, prepared: PreparedObjects): void {
    if (prepared.pack) this.reader.forgetPacks(repoId)
  }

  /** Graph rows of new commits, each with its generation. Parents are among them or in the graph. */
  async graphRows(repoId: string, commits: readonly CommitFacts[]): Promise<NewCommitRow[]> {
    const own = new Map(commits.map((commit) => [commit.oid, commit]))
    const outside = new Set(commits.flatMap((commit) => commit.parents).filter((parent) => !own.has(parent)))
    const known = await this.graph.load(repoId, [...outside])
    const generations = new Map([...known.values()].map((node) => [node.oid, node.generation]))
    for (const commit of commits) settleGeneration(commit, own, generations)
    return commits.map((commit) => ({ ...commit, generation: generations.get(commit.oid) as number }))
  }
}

type NamedObject = NewObject & { readonly oid: string; readonly data: Buffer }

function settleGeneration(
  start: CommitFacts,
  own: ReadonlyMap<string, CommitFacts>,
  generations: Map<string, number>,
): void {
  const stack = [start]
  for (let commit = stack.at(-1); commit !== undefined; commit = stack.at(-1)) {
    const open = commit.parents.filter((parent) => !generations.has(parent) && own.has(parent))
    if (open.length > 0) {
      for (const parent of open) stack.push(own.get(parent) as CommitFacts)
      continue
    }
    const above = commit.parents.map((parent) => generations.get(parent) ?? 0)
    generations.set(commit.oid, 1 + Math.max(0, ...above))
    stack.pop()
  }
}

function collectFacts(objects: readonly NamedObject[], isLenient: boolean): ObjectFacts {
  const collector = new FactCollector({ ...DEFAULT_FACT_LIMITS, names: { allowBackslash: isLenient } })
  try {
    // Trees say which blobs are submodule files, so they come first.
    for (const object of objects) if (object.type !== 'blob') collector.take(object)
    for (const object of objects) if (object.type === 'blob') collector.take(object)
    const types = new Map(objects.map(({ oid, type }) => [oid, type]))
    const facts = collector.facts((ids, at) => types.get(ids.toString('hex', at, at + 20)))
    const large = facts.large[0]
    if (large)
      throw refuse('FileTooLarge', `A file of ${large.sizeBytes} bytes must be uploaded as a large file (LFS).`)
    return facts
  } catch (error) {
    if (error instanceof GitFormatError) throw refuse('GitObjectRefused', error.message, { rule: error.rule })
    throw error
  }
}

async function toRow({ oid, type, data }: NamedObject): Promise<NewObjectRow> {
  const deflated = data.length < ASYNC_DEFLATE_BYTES ? deflateSync(data) : await deflateAsync(data)
  return { oid, type: typeCode(type), sizeBytes: data.length, deflated }
}

function joinPack(objects: readonly NamedObject[], rows: readonly NewObjectRow[]): Buffer {
  const hash = new PackHash()
  const entries = objects.map(({ type, data }, at) => packEntry(type, data.length, (rows[at] as NewObjectRow).deflated))
  const body = [encodePackHeader(objects.length), ...entries].map((part) => hash.pass(part))
  return Buffer.concat([...body, hash.trailer()])
}

export const isSmall = (count: number, bytes: number): boolean => count <= INLINE_OBJECTS && bytes <= INLINE_BYTES
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
const asBuffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
