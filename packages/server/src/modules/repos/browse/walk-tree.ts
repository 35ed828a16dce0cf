import type { TreeEntry } from '@stoa/git'
import type { PathEntry } from './entry-facts.js'

export type ReadTree = (oid: string) => Promise<readonly TreeEntry[] | null>

/** Deepest folder a walk follows; deeper ones cannot be written through the API. */
const MAX_DEPTH = 200

export interface WalkOptions {
  readonly recursive: boolean
  /** Path of the last entry of the page before, relative to the walk's root. */
  readonly after?: string | undefined
  /** Told which trees will be read soon, so that they are fetched together. */
  readonly fetch?: (oids: readonly string[]) => Promise<unknown>
}

/** Folders of one folder that are fetched together. */
const FETCHED_AT_ONCE = 64
/** A reader of one page of a long folder does not get much more than that page. */
const RUN_ENTRIES = 500

/**
 * Entries below a tree in git's order, a folder before what is inside it, in runs of some hundred: an asynchronous step for
 * each entry costs more than reading it. `prefix` is put before every path.
 * Starting after a path reads only the trees on its way.
 */
export async function* walkTree(
  readTree: ReadTree,
  treeOid: string,
  prefix: string,
  options: WalkOptions,
): AsyncGenerator<readonly PathEntry[]> {
  const after = options.after === undefined ? null : options.after.split('/')
  yield* walkFolder(
    { readTree, ...options },
    { oid: treeOid, prefix: prefix === '' ? '' : `${prefix}/`, depth: 0 },
    after,
  )
}

interface Folder {
  readonly oid: string
  readonly prefix: string
  readonly depth: number
}

type Walking = Pick<WalkOptions, 'recursive' | 'fetch'> & { readonly readTree: ReadTree }

async function* walkFolder(
  walking: Walking,
  { oid, prefix, depth }: Folder,
  after: readonly string[] | null,
): AsyncGenerator<readonly PathEntry[]> {
  if (depth > MAX_DEPTH) return
  const entries = (await walking.readTree(oid)) ?? []
  const resumeAt = after === null ? -1 : entries.findIndex((entry) => entry.name === after[0])
  let fetched = 0
  let run: PathEntry[] = []
  for (let index = Math.max(0, resumeAt); index < entries.length; index++) {
    const entry = entries[index] as TreeEntry
    if (entry.kind === 'commit') continue
    const path = prefix + entry.name
    const isResumed = index === resumeAt
    if (!isResumed) run.push({ path, entry })
    const isEntered = walking.recursive && entry.kind === 'tree'
    if (run.length > 0 && (isEntered || run.length === RUN_ENTRIES)) {
      yield run
      run = []
    }
    if (!isEntered) continue
    if (fetched++ % FETCHED_AT_ONCE === 0) await walking.fetch?.(foldersFrom(entries, index))
    const rest = isResumed && after !== null && after.length > 1 ? after.slice(1) : null
    yield* walkFolder(walking, { oid: entry.oid, prefix: `${path}/`, depth: depth + 1 }, rest)
  }
  if (run.length > 0) yield run
}

function foldersFrom(entries: readonly TreeEntry[], start: number): string[] {
  const oids: string[] = []
  for (let index = start; index < entries.length && oids.length < FETCHED_AT_ONCE; index++) {
    const entry = entries[index] as TreeEntry
    if (entry.kind === 'tree') oids.push(entry.oid)
  }
  return oids
}

/** Remembers trees for the length of one request. */
export function rememberTrees(readTree: ReadTree): ReadTree {
  const trees = new Map<string, Promise<readonly TreeEntry[] | null>>()
  return (oid) => {
    const known = trees.get(oid)
    if (known) return known
    const read = readTree(oid)
    trees.set(oid, read)
    return read
  }
}

/** The entry at a path below a tree; null when nothing is there. The empty path is the tree itself. */
export async function findPath(readTree: ReadTree, treeOid: string, path: string): Promise<TreeEntry | null> {
  let entry: TreeEntry = { mode: '40000', name: '', oid: treeOid, kind: 'tree' }
  for (const name of path === '' ? [] : path.split('/')) {
    if (entry.kind !== 'tree') return null
    const next = (await readTree(entry.oid))?.find((one) => one.name === name)
    if (!next) return null
    entry = next
  }
  return entry
}
