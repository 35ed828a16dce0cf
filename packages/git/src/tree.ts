import { GitFormatError } from './format-error.js'

/** What a tree entry is: the object type its mode stands for. `commit` is a submodule link. */
export type EntryKind = 'blob' | 'tree' | 'commit'

export interface TreeEntry {
  /** Octal text as stored: `100644`, `100755`, `120000`, `40000`, `160000`. */
  readonly mode: string
  readonly name: string
  readonly oid: string
  readonly kind: EntryKind
}

/** A name as stored; git does not demand UTF-8, so checks work on bytes. */
export interface RawTreeEntry {
  readonly mode: string
  readonly name: Buffer
  readonly oid: string
}

export function entryKind(mode: string): EntryKind {
  if (mode === '40000' || mode === '040000') return 'tree'
  return mode === '160000' ? 'commit' : 'blob'
}

const OID_BYTES = 20

/** Reads a tree's entries as stored. Throws GitFormatError when it is cut or malformed. */
export function readRawTree(data: Uint8Array): RawTreeEntry[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const entries: RawTreeEntry[] = []
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at)
    const end = space < 0 ? -1 : bytes.indexOf(0, space + 1)
    if (space < 0 || end < 0 || end + 1 + OID_BYTES > bytes.length)
      throw new GitFormatError('badTree', 'truncated tree')
    entries.push({
      mode: bytes.toString('latin1', at, space),
      name: bytes.subarray(space + 1, end),
      oid: bytes.toString('hex', end + 1, end + 1 + OID_BYTES),
    })
    at = end + 1 + OID_BYTES
  }
  return entries
}

/** Reads a tree's entries with their names as UTF-8 text. */
export function parseTree(data: Uint8Array): TreeEntry[] {
  return readRawTree(data).map(({ mode, name, oid }) => ({
    mode,
    name: name.toString('utf8'),
    oid,
    kind: entryKind(mode),
  }))
}

/** Shows the entries of a checked tree without making objects of them: kind, oid, and the bytes of the name. */
export function scanTree(
  data: Buffer,
  show: (kind: EntryKind, oid: string, nameStart: number, nameEnd: number) => void,
): void {
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at)
    const end = data.indexOf(0, space + 1)
    if (space < 0 || end < 0) throw new GitFormatError('badTree', 'truncated tree')
    const isTree = data[at] === 0x34 || data[at] === 0x30
    const kind = isTree ? 'tree' : data[at + 1] === 0x36 ? 'commit' : 'blob'
    show(kind, data.toString('hex', end + 1, end + 1 + OID_BYTES), space + 1, end)
    at = end + 1 + OID_BYTES
  }
}

/** Git's order: bytes of the name, a folder counting as if its name ended in a slash. */
export function compareEntries(a: { name: Buffer; mode: string }, b: { name: Buffer; mode: string }): number {
  const length = Math.min(a.name.length, b.name.length)
  const order = a.name.compare(b.name, 0, length, 0, length)
  if (order !== 0) return order
  return byteAfter(a, length) - byteAfter(b, length)
}

function byteAfter(entry: { name: Buffer; mode: string }, index: number): number {
  const byte = entry.name[index]
  if (byte !== undefined) return byte
  return entryKind(entry.mode) === 'tree' ? 0x2f : 0
}

/** Content of a tree object: sorts the entries as git does. */
export function encodeTree(entries: readonly Pick<TreeEntry, 'mode' | 'name' | 'oid'>[]): Buffer {
  const sorted = entries
    .map((entry) => ({ mode: entry.mode, name: Buffer.from(entry.name, 'utf8'), oid: entry.oid }))
    .sort(compareEntries)
  return Buffer.concat(
    sorted.flatMap((entry) => [Buffer.from(`${entry.mode} `), entry.name, Buffer.of(0), Buffer.from(entry.oid, 'hex')]),
  )
}
