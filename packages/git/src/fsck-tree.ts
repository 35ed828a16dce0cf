import { isDotGitmodules, type NameRules, refusalOfName } from './entry-name.js'
import { GitFormatError } from './format-error.js'
import { compareEntries, entryKind, type RawTreeEntry, readRawTree } from './tree.js'

const MODES = new Set(['100644', '100755', '100664', '120000', '40000', '160000'])
const NULL_OID = '0'.repeat(40)
/** Most entries in one folder. */
export const MAX_TREE_ENTRIES = 500_000
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const fail = (rule: string, message: string): GitFormatError => new GitFormatError(rule, message)

/**
 * Checks a tree as `git fsck --strict` does, and that its names can be checked out everywhere: UTF-8, no aliases of
 * `.git`, no two names that differ only by case. Answers its entries. Throws GitFormatError named by git's rule.
 */
export function checkTree(data: Uint8Array, rules: NameRules = {}): RawTreeEntry[] {
  const entries = readRawTree(data)
  if (entries.length > MAX_TREE_ENTRIES)
    throw fail('treeTooLarge', `a folder may hold at most ${MAX_TREE_ENTRIES} entries`)
  const seen = new Set<string>()
  let before: RawTreeEntry | undefined
  for (const entry of entries) {
    const name = checkEntry(entry, rules)
    const folded = foldCase(name)
    if (before && compareEntries(before, entry) >= 0 && !before.name.equals(entry.name)) {
      throw fail('treeNotSorted', 'not properly sorted')
    }
    if (seen.has(folded)) throw duplicate(entries, entry, name)
    seen.add(folded)
    before = entry
  }
  return entries
}

const ASCII = /^[\x20-\x7e]*$/
const foldCase = (name: string): string => (ASCII.test(name) ? name : name.normalize('NFC')).toLowerCase()

function checkEntry(entry: RawTreeEntry, rules: NameRules): string {
  if (entry.mode.startsWith('0')) throw fail('zeroPaddedFilemode', 'contains zero-padded file modes')
  if (!MODES.has(entry.mode)) throw fail('badFilemode', `contains a bad file mode ${entry.mode.slice(0, 10)}`)
  if (entry.oid === NULL_OID) throw fail('nullSha1', 'contains entries pointing to null sha1')
  let name: string
  try {
    name = utf8.decode(entry.name)
  } catch {
    throw fail('badNameEncoding', 'contains a file name that is not UTF-8')
  }
  const refusal = refusalOfName(name, rules)
  if (refusal !== null) throw fail(refusal, `contains the file name ${JSON.stringify(name.slice(0, 80))}`)
  if (entry.mode === '120000' && isDotGitmodules(name))
    throw fail('gitmodulesSymlink', '.gitmodules is a symbolic link')
  if (entryKind(entry.mode) !== 'blob' && isDotGitmodules(name))
    throw fail('gitmodulesBlob', '.gitmodules is not a file')
  return name
}

function duplicate(entries: readonly RawTreeEntry[], entry: RawTreeEntry, name: string): GitFormatError {
  const isExact = entries.filter((other) => other.name.equals(entry.name)).length > 1
  return isExact
    ? fail('duplicateEntries', `contains duplicate file entries (${JSON.stringify(name.slice(0, 80))})`)
    : fail(
        'caseCollision',
        `contains two names that differ only by case or form (${JSON.stringify(name.slice(0, 80))})`,
      )
}
