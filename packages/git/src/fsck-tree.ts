import { isDotGitmodules, type NameRules, refusalOfName } from './entry-name.js'
import { GitFormatError } from './format-error.js'
import { OID_BYTES } from './oid-table.js'
import { type EntryKind, entryKind, readRawTree } from './tree.js'

const MODES: readonly string[] = ['100644', '40000', '100755', '120000', '160000', '100664']
const MODE_BYTES = MODES.map((mode) => Buffer.from(mode))
const LINK_MODE = '120000'
/** Most entries in one folder. */
export const MAX_TREE_ENTRIES = 500_000
const SPACE = 0x20
const SLASH = 0x2f
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const fail = (rule: string, message: string): GitFormatError => new GitFormatError(rule, message)

/** Takes one entry of a tree: its name as text, and where the 20 bytes of its id begin. */
export type ShowEntry = (kind: EntryKind, name: string, oidAt: number) => void

/** Where a name lies in a tree, and whether it sorts as a folder's. */
interface NameSpot {
  start: number
  end: number
  isFolder: boolean
}

/**
 * Checks a tree as `git fsck --strict` does, and that its names can be checked out everywhere: UTF-8, no aliases of
 * `.git`, no two names that differ only by case. Shows its entries. Throws GitFormatError named by git's rule.
 */
export function checkTree(data: Uint8Array, rules: NameRules = {}, show: ShowEntry = () => {}): void {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const seen = new Set<string>()
  let before: NameSpot | null = null
  for (let at = 0; at < bytes.length; ) {
    if (seen.size === MAX_TREE_ENTRIES)
      throw fail('treeTooLarge', `a folder may hold at most ${MAX_TREE_ENTRIES} entries`)
    const start = endOfRun(bytes, at, SPACE) + 1
    const end = endOfRun(bytes, start, 0)
    const oidAt = end + 1
    if (oidAt + OID_BYTES > bytes.length) throw fail('badTree', 'truncated tree')
    const mode = modeAt(bytes, at, start - 1)
    if (isNull(bytes, oidAt)) throw fail('nullSha1', 'contains entries pointing to null sha1')
    const name = readName(bytes, start, end)
    checkName(name, mode, rules)
    const spot = { start, end, isFolder: entryKind(mode) === 'tree' }
    if (before !== null && !isBefore(bytes, before, spot)) throw fail('treeNotSorted', 'not properly sorted')
    const folded = foldCase(name)
    if (seen.has(folded)) throw duplicate(bytes, name)
    seen.add(folded)
    show(entryKind(mode), name, oidAt)
    before = spot
    at = oidAt + OID_BYTES
  }
}

/** Index of the next `byte`, or the end. Names are short: a call of `indexOf` costs more than this loop. */
function endOfRun(bytes: Buffer, start: number, byte: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== byte) at++
  return at
}

function isNull(bytes: Buffer, start: number): boolean {
  for (let at = start; at < start + OID_BYTES; at++) if (bytes[at] !== 0) return false
  return true
}

/** The mode between two places, which nearly always is one of a few: no text is made of it. */
function modeAt(bytes: Buffer, start: number, end: number): string {
  for (let which = 0; which < MODES.length; which++) {
    const mode = MODE_BYTES[which] as Buffer
    let same = mode.length === end - start ? 0 : -1
    while (same >= 0 && same < mode.length) same = mode[same] === bytes[start + same] ? same + 1 : -1
    if (same === mode.length) return MODES[which] as string
  }
  const mode = bytes.toString('latin1', start, Math.min(end, start + 10))
  throw mode.startsWith('0')
    ? fail('zeroPaddedFilemode', 'contains zero-padded file modes')
    : fail('badFilemode', `contains a bad file mode ${mode}`)
}

function readName(bytes: Buffer, start: number, end: number): string {
  let isAscii = true
  for (let at = start; at < end && isAscii; at++) isAscii = (bytes[at] as number) < 0x80
  if (isAscii) return bytes.toString('latin1', start, end)
  try {
    return utf8.decode(bytes.subarray(start, end))
  } catch {
    throw fail('badNameEncoding', 'contains a file name that is not UTF-8')
  }
}

function checkName(name: string, mode: string, rules: NameRules): void {
  const refusal = refusalOfName(name, rules)
  if (refusal !== null) throw fail(refusal, `contains the file name ${JSON.stringify(name.slice(0, 80))}`)
  if (mode === LINK_MODE && isDotGitmodules(name)) throw fail('gitmodulesSymlink', '.gitmodules is a symbolic link')
  if (entryKind(mode) !== 'blob' && isDotGitmodules(name)) throw fail('gitmodulesBlob', '.gitmodules is not a file')
}

/** Git's order, as `compareEntries`; two equal names pass here, since they have a rule of their own. */
function isBefore(bytes: Buffer, left: NameSpot, right: NameSpot): boolean {
  const length = Math.min(left.end - left.start, right.end - right.start)
  for (let at = 0; at < length; at++) {
    const order = (bytes[left.start + at] as number) - (bytes[right.start + at] as number)
    if (order !== 0) return order < 0
  }
  if (left.end - left.start === right.end - right.start) return true
  return byteAfter(bytes, left, length) < byteAfter(bytes, right, length)
}

function byteAfter(bytes: Buffer, { start, end, isFolder }: NameSpot, length: number): number {
  if (start + length < end) return bytes[start + length] as number
  return isFolder ? SLASH : 0
}

const ASCII = /^[\x20-\x7e]*$/
const foldCase = (name: string): string => (ASCII.test(name) ? name : name.normalize('NFC')).toLowerCase()

function duplicate(tree: Buffer, name: string): GitFormatError {
  const isExact = readRawTree(tree).filter((other) => other.name.toString('utf8') === name).length > 1
  return isExact
    ? fail('duplicateEntries', `contains duplicate file entries (${JSON.stringify(name.slice(0, 80))})`)
    : fail(
        'caseCollision',
        `contains two names that differ only by case or form (${JSON.stringify(name.slice(0, 80))})`,
      )
}
