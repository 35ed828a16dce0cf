import { refuse } from '@stoa/contracts'
import { encodeTree, hashObject, type TreeEntry } from '@stoa/git'

/** Git's id of the tree without entries. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** One change to the files of a commit. Deletions come first, whatever their order: additions win (hub-api-2x §4). */
export type TreeEdit =
  | { readonly kind: 'put'; readonly path: string; readonly oid: string; readonly mode?: string }
  /** `entry` takes a file or a folder, `folder` only a folder; a missing one is refused. */
  | { readonly kind: 'delete'; readonly path: string; readonly what: 'entry' | 'folder' }

/** Gives the entries of a tree; null when there is no such tree. */
export type ReadTree = (oid: string) => Promise<readonly TreeEntry[] | null>

export interface EditedTree {
  readonly rootOid: string
  /** Contents of trees that may not be stored yet, children before parents. */
  readonly newTrees: readonly Buffer[]
}

type Entry = Omit<TreeEntry, 'kind'> & { readonly kind: TreeEntry['kind'] }

interface Folder {
  /** Null until something below was touched. */
  oid: string | null
  entries: Map<string, Entry | Folder>
}

const FILE_MODE = '100644'
const TREE_MODE = '40000'

/**
 * Applies edits to a tree, reading only the folders on their paths; empty folders vanish.
 * Throws `EntryNotFound` for a deletion of what is not there and `InvalidPath` when a file would have to be a folder.
 */
export async function editTree(
  readTree: ReadTree,
  rootOid: string | null,
  edits: readonly TreeEdit[],
): Promise<EditedTree> {
  const root = await openFolder(readTree, rootOid)
  // What this very commit adds or has deleted already may be deleted without being there.
  const excused = new Set(edits.filter((edit) => edit.kind === 'put').map((edit) => edit.path))
  for (const edit of edits) {
    if (edit.kind !== 'delete') continue
    await remove(readTree, root, edit, excused)
    excused.add(edit.path)
  }
  for (const edit of edits) if (edit.kind === 'put') await put(readTree, root, edit)
  const newTrees: Buffer[] = []
  return { rootOid: closeFolder(root, newTrees) ?? storeTree([], newTrees), newTrees }
}

async function openFolder(readTree: ReadTree, oid: string | null): Promise<Folder> {
  if (oid === null || oid === EMPTY_TREE) return { oid: null, entries: new Map() }
  const entries = await readTree(oid)
  if (!entries) throw new Error(`tree ${oid} is missing`)
  return { oid, entries: new Map(entries.map((entry) => [entry.name, entry])) }
}

const isFolder = (entry: Entry | Folder): entry is Folder => 'entries' in entry

/** The folders from the root down to the one that holds the path's last segment; null where one does not exist. */
async function openParents(
  readTree: ReadTree,
  root: Folder,
  segments: readonly string[],
  create: boolean,
): Promise<Folder[] | null> {
  const chain = [root]
  for (const name of segments.slice(0, -1)) {
    const parent = chain.at(-1) as Folder
    const entry = parent.entries.get(name)
    let folder: Folder
    if (entry && isFolder(entry)) folder = entry
    else if (entry?.kind === 'tree') folder = await openFolder(readTree, entry.oid)
    else if (!create) return null
    else if (entry) throw refuse('InvalidPath', `"${segments.join('/')}" cannot stand below the file "${name}".`)
    else folder = { oid: null, entries: new Map() }
    parent.entries.set(name, folder)
    chain.push(folder)
  }
  return chain
}

async function remove(
  readTree: ReadTree,
  root: Folder,
  { path, what }: Extract<TreeEdit, { kind: 'delete' }>,
  excused: ReadonlySet<string>,
): Promise<void> {
  const segments = path.split('/')
  const chain = await openParents(readTree, root, segments, false)
  const name = segments.at(-1) as string
  const entry = chain?.at(-1)?.entries.get(name)
  const isTree = entry !== undefined && (isFolder(entry) || entry.kind === 'tree')
  if (!chain || entry === undefined || (what === 'folder' && !isTree)) {
    if (segments.some((_, index) => excused.has(segments.slice(0, index + 1).join('/')))) return
    throw refuse('EntryNotFound', `A ${what === 'folder' ? 'folder' : 'file'} with this name doesn't exist: "${path}"`)
  }
  chain.at(-1)?.entries.delete(name)
  for (const folder of chain) folder.oid = null
}

async function put(readTree: ReadTree, root: Folder, edit: Extract<TreeEdit, { kind: 'put' }>): Promise<void> {
  const segments = edit.path.split('/')
  const chain = (await openParents(readTree, root, segments, true)) as Folder[]
  const name = segments.at(-1) as string
  const parent = chain.at(-1) as Folder
  const existing = parent.entries.get(name)
  if (existing && (isFolder(existing) ? existing.entries.size > 0 : existing.kind === 'tree')) {
    throw refuse('InvalidPath', `"${edit.path}" is a folder.`)
  }
  const isExecutable = existing !== undefined && !isFolder(existing) && existing.mode === '100755'
  const mode = edit.mode ?? (isExecutable ? '100755' : FILE_MODE)
  parent.entries.set(name, { mode, name, oid: edit.oid, kind: 'blob' })
  for (const folder of chain) folder.oid = null
}

/** Writes changed folders bottom-up; null for a folder that became empty. */
function closeFolder(folder: Folder, newTrees: Buffer[]): string | null {
  if (folder.oid !== null) return folder.oid
  const entries: Pick<TreeEntry, 'mode' | 'name' | 'oid'>[] = []
  for (const [name, entry] of folder.entries) {
    if (!isFolder(entry)) {
      entries.push(entry)
      continue
    }
    const oid = closeFolder(entry, newTrees)
    if (oid !== null) entries.push({ mode: TREE_MODE, name, oid })
  }
  return entries.length === 0 ? null : storeTree(entries, newTrees)
}

function storeTree(entries: readonly Pick<TreeEntry, 'mode' | 'name' | 'oid'>[], newTrees: Buffer[]): string {
  const data = encodeTree(entries)
  newTrees.push(data)
  return hashObject('tree', data)
}
