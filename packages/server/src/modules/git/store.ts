import type { ObjectType, TreeEntry } from '@stoa/git'

/** One git object with its inflated content. Oids are 40 lower-case hex everywhere in this interface. */
export interface StoredObject {
  readonly oid: string
  readonly type: ObjectType
  readonly data: Uint8Array
}

export interface ObjectInfo {
  readonly type: ObjectType
  readonly sizeBytes: number
}

/** An object to be stored; `data` is the content without git's `type size\0` header. */
export interface NewObject {
  readonly type: ObjectType
  readonly data: Uint8Array
}

/** One commit as the graph table knows it. */
export interface CommitNode {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly generation: number
  readonly committedAt: Date
}

export interface GitRef {
  /** Full name: `refs/heads/main`, `refs/pr/1`. */
  readonly name: string
  readonly oid: string
  /** The object behind an annotated tag, else null. */
  readonly peeled: string | null
}

/** One wanted change of a ref; `null` stands for "does not exist". */
export interface RefChange {
  readonly name: string
  readonly old: string | null
  readonly new: string | null
  /** When `new` is an annotated tag: the object behind it. */
  readonly peeled?: string | null
}

export interface WalkOptions {
  /** Commits that the reader has: neither they nor their ancestors are given. */
  readonly exclude?: readonly string[]
  /** Stop after this many commits. */
  readonly limit?: number
  /** Skip this many first (pages of a history). */
  readonly skip?: number
}

/**
 * Git data of repositories over SQL and the blob store. Objects become visible when their call resolves, refs with
 * the caller's transaction: write objects first, then refs. Reading never needs a transaction.
 *
 * @typeParam Db - read handle of the database
 * @typeParam Tx - open transaction
 */
export interface GitStore<Db, Tx> {
  /** Contents by oid; an unknown oid is absent from the answer. At most 10,000 oids a call. */
  readObjects(repoId: string, oids: readonly string[]): Promise<Map<string, StoredObject>>
  readObject(repoId: string, oid: string): Promise<StoredObject | null>
  /** Type and size without contents; an unknown oid is absent. */
  readInfo(repoId: string, oids: readonly string[]): Promise<Map<string, ObjectInfo>>
  hasObjects(repoId: string, oids: readonly string[]): Promise<Set<string>>
  /**
   * Checks (git's fsck rules, size of blobs, links to objects that exist) and stores objects; answers their oids in
   * order. An object that exists is left alone. Throws StoaError `GitObjectRefused` or `FileTooLarge`. Opens its own
   * transaction: never call it inside one.
   */
  writeObjects(repoId: string, objects: readonly NewObject[]): Promise<string[]>
  /** Entries of a tree in git order; null when there is no such tree. */
  readTree(repoId: string, oid: string): Promise<readonly TreeEntry[] | null>
  /** The entry at a slash-separated path below a tree, `''` being the tree itself; null when nothing is there. */
  findEntry(repoId: string, treeOid: string, path: string): Promise<TreeEntry | null>
  /** Refs by full-name prefix (`refs/heads/`), sorted by name. */
  listRefs(db: Db, repoId: string, prefix?: string): Promise<GitRef[]>
  findRef(db: Db, repoId: string, name: string): Promise<GitRef | null>
  /**
   * Compare-and-swap of all changes or none, serialised per repository. A branch must be given a commit that exists. Throws StoaError `RefConflict` (412) with
   * `detail.name` when a ref is not at `old`, `InvalidRefName` for a bad name or a name that is a folder of another.
   */
  updateRefs(tx: Tx, repoId: string, changes: readonly RefChange[]): Promise<void>
  /** Graph row of a commit; null when there is no such commit. */
  findCommit(repoId: string, oid: string): Promise<CommitNode | null>
  /** Full oids of commits that begin with this hex prefix (4 to 40 characters), at most two. */
  findCommitsByPrefix(repoId: string, prefix: string): Promise<string[]>
  /** Commits reachable from `starts`, newest first (generation, then commit time). */
  walk(repoId: string, starts: readonly string[], options?: WalkOptions): AsyncIterable<CommitNode>
  /** True when every commit of `ancestors` is reachable from `descendant`. */
  isAncestor(repoId: string, ancestor: string, descendant: string): Promise<boolean>
  /** Bytes this repository's git data takes in the database and the blob store. */
  storedBytes(db: Db, repoId: string): Promise<bigint>
}
