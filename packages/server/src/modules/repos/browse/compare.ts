import type { TreeEntry } from '@stoa/git'
import { isBinary } from '../files/upload-mode.js'
import { diffText } from '../commits/diff-text.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'
import type { BrowseDeps } from './browser.js'
import { type ReadTree, rememberTrees } from './walk-tree.js'

/** Files shown; a comparison of more ends with a line that says so. */
const MAX_FILES = 300
const MAX_FILE_BYTES = 1024 * 1024
/** Text after which a comparison ends. */
const MAX_CHARS = 8 * 1024 * 1024
const SAMPLE_BYTES = 8000

interface FileChange {
  readonly path: string
  readonly before: TreeEntry | null
  readonly after: TreeEntry | null
}

/** Git's id of a tree without entries: as a base, everything is new. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** Unified diff between two revisions, the first of which may be the empty tree; large and binary files are only named. Throws `RevisionNotFound`. */
export async function compareCommits(deps: BrowseDeps, repo: Repo, base: string, head: string): Promise<string> {
  const from = base === EMPTY_TREE ? null : await resolveRevision(deps, repo, base)
  const to = await resolveRevision(deps, repo, head)
  const readTree = rememberTrees((oid) => deps.store.readTree(repo.id, oid))
  let text = ''
  let files = 0
  for await (const change of changedFiles(readTree, from?.commit.tree ?? null, to.commit.tree, '')) {
    if (++files > MAX_FILES) return `${text}... more than ${MAX_FILES} files differ\n`
    text += await describeChange(deps, repo, change)
    if (text.length > MAX_CHARS) return `${text}... the rest is too long to show\n`
  }
  return text
}

/** Files that differ between two trees, reading only folders that differ. */
export async function* changedFiles(
  readTree: ReadTree,
  before: string | null,
  after: string | null,
  prefix: string,
): AsyncGenerator<FileChange> {
  if (before === after) return
  const old = new Map((before ? await readTree(before) : [])?.map((entry) => [entry.name, entry]))
  const now = new Map((after ? await readTree(after) : [])?.map((entry) => [entry.name, entry]))
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [a, b] = [old.get(name) ?? null, now.get(name) ?? null]
    if (a?.oid === b?.oid && a?.mode === b?.mode) continue
    const path = prefix + name
    const [left, right] = [a?.kind === 'tree' ? null : a, b?.kind === 'tree' ? null : b]
    if (left || right) yield { path, before: left, after: right }
    const [oldTree, newTree] = [a?.kind === 'tree' ? a.oid : null, b?.kind === 'tree' ? b.oid : null]
    if (oldTree || newTree) yield* changedFiles(readTree, oldTree, newTree, `${path}/`)
  }
}

async function describeChange(deps: BrowseDeps, repo: Repo, change: FileChange): Promise<string> {
  const { path, before, after } = change
  let head = `diff --git a/${path} b/${path}\n`
  if (!before && after) head += `new file mode ${after.mode}\n`
  else if (before && !after) head += `deleted file mode ${before.mode}\n`
  else if (before && after && before.mode !== after.mode) head += `old mode ${before.mode}\nnew mode ${after.mode}\n`
  const none = '0'.repeat(40)
  head += `index ${(before?.oid ?? none).slice(0, 10)}..${(after?.oid ?? none).slice(0, 10)}\n`
  const [old, now] = [await readText(deps, repo, before), await readText(deps, repo, after)]
  const names = [before ? `a/${path}` : '/dev/null', after ? `b/${path}` : '/dev/null']
  if (old === null || now === null) return `${head}Binary files ${names[0]} and ${names[1]} differ\n`
  return `${head}--- ${names[0]}\n+++ ${names[1]}\n${diffText(old, now)}`
}

/** A file's text, '' for none; null when it is binary or too long to show. */
async function readText(deps: BrowseDeps, repo: Repo, entry: TreeEntry | null): Promise<string | null> {
  if (entry?.kind !== 'blob') return ''
  const facts = (await deps.blobFacts.read(repo.id, [entry.oid])).get(entry.oid)
  if (!facts || facts.sizeBytes > MAX_FILE_BYTES) return null
  const data = (await deps.store.readObject(repo.id, entry.oid))?.data
  return !data || isBinary(data.subarray(0, SAMPLE_BYTES)) ? null : Buffer.from(data).toString('utf8')
}
