import { refuse } from '@stoa/contracts'
import { encodeLfsPointer, parseLfsPointer } from '@stoa/git'
import type { RepoDeps } from '../deps.js'
import { findPathProblem, trimSlashes } from '../files/path-rules.js'
import { MAX_GIT_FILE_BYTES } from '../files/upload-mode.js'
import { demandLargeFiles } from './check-push.js'
import type { CommitNode } from '../../git/index.js'
import { findLfsObjects } from '../queries/lfs.js'
import type { Repo } from '../repo.js'
import { resolveRevision } from '../resolve-revision.js'
import { checkCard } from './check-card.js'
import type { TreeEdit } from './tree-edit.js'

/** One change of a commit, whatever way it arrived. */
export type FileOperation =
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array }
  /** Bytes uploaded before, or held by the repository already. */
  | { readonly kind: 'lfs'; readonly path: string; readonly oid: string }
  | {
      readonly kind: 'copy'
      readonly path: string
      readonly srcPath: string
      readonly srcRevision?: string | undefined
    }
  | { readonly kind: 'delete'; readonly path: string; readonly what: 'entry' | 'folder' }

/** Contents held back before they are written together: the bound of a commit's memory, beside one line. */
const BATCH_BYTES = 8 * 1024 * 1024
const BATCH_FILES = 5000
const MAX_OPERATIONS = 100_000

interface Batch {
  readonly files: { readonly path: string; readonly content: Uint8Array }[]
  bytes: number
}

/** Checks operations as they arrive, stores the contents they carry, and gives the edits of the tree. */
export async function collectEdits(
  deps: RepoDeps,
  repo: Repo,
  base: CommitNode | null,
  operations: AsyncIterable<FileOperation> | Iterable<FileOperation>,
): Promise<TreeEdit[]> {
  const edits: TreeEdit[] = []
  const large: { path: string; oid: string }[] = []
  const batch: Batch = { files: [], bytes: 0 }
  let count = 0
  for await (const operation of operations) {
    if (++count > MAX_OPERATIONS) throw refuse('InvalidCommit', `A commit has at most ${MAX_OPERATIONS} operations.`)
    if (operation.kind === 'file') {
      acceptFile(deps, repo, operation)
      batch.files.push(operation)
      batch.bytes += operation.content.byteLength
      if (batch.bytes >= BATCH_BYTES || batch.files.length >= BATCH_FILES)
        edits.push(...(await flush(deps, repo, batch)))
    } else if (operation.kind === 'lfs') {
      large.push({ path: checkedPath(operation.path, deps.accounts.isLenient()), oid: operation.oid })
    } else if (operation.kind === 'copy') {
      edits.push(await copyEdit(deps, repo, base, operation))
    } else {
      edits.push({ kind: 'delete', path: checkedPath(trimSlashes(operation.path)), what: deletedKind(operation) })
    }
  }
  edits.push(...(await flush(deps, repo, batch)), ...(await writePointers(deps, repo, large)))
  return edits
}

function deletedKind(operation: Extract<FileOperation, { kind: 'delete' }>): 'entry' | 'folder' {
  return operation.path.endsWith('/') ? 'folder' : operation.what
}

/** The path itself. Throws `InvalidPath` naming what is wrong. */
export function checkedPath(path: string, isLenient = false): string {
  const problem = findPathProblem(path, isLenient)
  if (problem) throw refuse('InvalidPath', `Invalid path "${path.slice(0, 200)}": ${problem}`)
  return path
}

function acceptFile(deps: RepoDeps, repo: Repo, { path, content }: Extract<FileOperation, { kind: 'file' }>): void {
  checkedPath(path, deps.accounts.isLenient())
  if (content.byteLength > MAX_GIT_FILE_BYTES) {
    throw refuse('FileTooLarge', `"${path}" has more than 10 MB. Upload it as a large file (LFS).`)
  }
  if (path === 'README.md') checkCard(repo.type, content)
}

async function flush(deps: RepoDeps, repo: Repo, batch: Batch): Promise<TreeEdit[]> {
  const files = batch.files.splice(0)
  batch.bytes = 0
  if (files.length === 0) return []
  const bytes = files.reduce((sum, file) => sum + file.content.byteLength, 0)
  await deps.quotas.demandRoom(deps.db, repo.accountId, { visibility: repo.visibility, bytes: BigInt(bytes) })
  const objects = files.map((file) => ({ type: 'blob' as const, data: file.content }))
  const oids = await deps.store.writeObjects(repo.id, objects)
  return files.map((file, index) => ({ kind: 'put', path: file.path, oid: oids[index] as string }))
}

async function writePointers(
  deps: RepoDeps,
  repo: Repo,
  files: readonly { readonly path: string; readonly oid: string }[],
): Promise<TreeEdit[]> {
  if (files.length === 0) return []
  for (const { path, oid } of files) {
    if (!/^[0-9a-f]{64}$/.test(oid)) throw refuse('InvalidCommit', `"${path}" has no valid SHA-256.`)
  }
  const held = await findLfsObjects(deps.db, repo.id, [...new Set(files.map((file) => file.oid))])
  const pointers = files.map(({ path, oid }) => {
    const object = held.get(oid)
    if (!object) {
      const text = `The large file "${path}" (${oid}) was not uploaded to this repository.`
      throw refuse('LfsObjectMissing', text, {}, { status: 422 })
    }
    return { type: 'blob' as const, data: encodeLfsPointer({ oid, sizeBytes: Number(object.sizeBytes) }) }
  })
  const oids = await deps.store.writeObjects(repo.id, pointers)
  // From now on the pointers keep their files; one that was taken away just before is noticed here.
  const lfs = pointers.flatMap(({ data }) => parseLfsPointer(data) ?? [])
  await demandLargeFiles(deps.db, repo.id, lfs)
  return files.map((file, index) => ({ kind: 'put', path: file.path, oid: oids[index] as string }))
}

/** Copies by git id: the content is in the repository already. */
async function copyEdit(
  deps: RepoDeps,
  repo: Repo,
  base: CommitNode | null,
  copy: Extract<FileOperation, { kind: 'copy' }>,
): Promise<TreeEdit> {
  const path = checkedPath(copy.path)
  const from = copy.srcRevision ? (await resolveRevision(deps, repo, copy.srcRevision)).commit : base
  const entry = from ? await deps.store.findEntry(repo.id, from.tree, trimSlashes(copy.srcPath)) : null
  if (entry?.kind !== 'blob') throw refuse('EntryNotFound', `There is no file "${copy.srcPath}" to copy.`)
  return { kind: 'put', path, oid: entry.oid, mode: entry.mode }
}
