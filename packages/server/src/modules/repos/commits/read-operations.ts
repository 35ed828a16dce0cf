import { type CommitLine, refuse } from '@stoa/contracts'
import type { FileOperation } from './collect-edits.js'

export interface CommitHeader {
  readonly summary: string
  readonly description: string
  readonly parentCommit: string | undefined
}

export interface IncomingCommit {
  readonly header: CommitHeader
  readonly operations: AsyncGenerator<FileOperation>
}

const MAX_SUMMARY = 1000
const MAX_DESCRIPTION = 65_536

/** Splits a commit's lines into its header, which must come first, and the operations that still arrive. */
export async function readIncomingCommit(lines: AsyncIterator<CommitLine>): Promise<IncomingCommit> {
  const first = await lines.next()
  if (first.done || first.value.key !== 'header') throw refuse('InvalidCommit', 'A commit starts with its header line.')
  const { summary, description, parentCommit } = first.value.value
  if (summary.trim() === '') throw refuse('InvalidCommit', 'A commit needs a summary.')
  if (summary.length > MAX_SUMMARY) throw refuse('InvalidCommit', `A summary has at most ${MAX_SUMMARY} characters.`)
  if ((description?.length ?? 0) > MAX_DESCRIPTION) {
    throw refuse('InvalidCommit', `A description has at most ${MAX_DESCRIPTION} characters.`)
  }
  return {
    header: { summary, description: description ?? '', parentCommit: parentCommit ?? undefined },
    operations: readOperations(lines),
  }
}

async function* readOperations(lines: AsyncIterator<CommitLine>): AsyncGenerator<FileOperation> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) yield* toOperations(next.value)
}

function* toOperations(line: CommitLine): Generator<FileOperation> {
  switch (line.key) {
    case 'header':
      throw refuse('InvalidCommit', 'A commit has one header line.')
    case 'file':
      yield* renamed(line.value)
      yield { kind: 'file', path: line.value.path, content: decode(line.value) }
      return
    case 'lfsFile':
      if (line.value.algo && line.value.algo !== 'sha256')
        throw refuse('InvalidCommit', 'Large files are named by sha256.')
      yield* renamed(line.value)
      yield { kind: 'lfs', path: line.value.path, oid: line.value.oid }
      return
    case 'copyFile':
      yield {
        kind: 'copy',
        path: line.value.path,
        srcPath: line.value.srcPath,
        srcRevision: line.value.srcRevision ?? undefined,
      }
      return
    case 'deletedFolder':
      yield { kind: 'delete', path: line.value.path, what: 'folder' }
      return
    default:
      yield { kind: 'delete', path: line.value.path, what: 'entry' }
  }
}

/** `oldPath` moves a file: the new content arrives, the old place goes. */
function* renamed(value: { path: string; oldPath?: string | null | undefined }): Generator<FileOperation> {
  if (value.oldPath && value.oldPath !== value.path) yield { kind: 'delete', path: value.oldPath, what: 'entry' }
}

function decode(value: { path: string; content: string; encoding?: 'base64' | 'utf-8' | null | undefined }): Buffer {
  if (value.encoding !== 'base64') return Buffer.from(value.content, 'utf8')
  const bytes = Buffer.from(value.content, 'base64')
  const expected = Math.floor((value.content.replace(/=+$/, '').length * 3) / 4)
  if (bytes.length !== expected) throw refuse('InvalidCommit', `The content of "${value.path}" is not valid base64.`)
  return bytes
}
