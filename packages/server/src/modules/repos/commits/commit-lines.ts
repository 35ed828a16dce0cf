import { type CommitLine, commitLine, legacyCommit, MAX_COMMIT_BODY_BYTES, refuse } from '@stoa/contracts'

/** A file of 10 MiB as base64, and room for its path. */
const MAX_LINE_BYTES = 15 * 1024 * 1024
const MAX_LINES = 100_000
const NEWLINE = 0x0a

/**
 * Reads the NDJSON body of a commit, line by line as it arrives; at most one line is held. The last line may lack its
 * newline. Throws `InvalidCommit`, `FileTooLarge` or `BodyTooLarge`.
 */
export async function* readCommitLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<CommitLine> {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let totalBytes = 0
  let lines = 0
  const take = (tail: Uint8Array): CommitLine | null => {
    const text = Buffer.concat([...pending, tail]).toString('utf8')
    pending = []
    pendingBytes = 0
    if (++lines > MAX_LINES) throw refuse('InvalidCommit', `A commit has at most ${MAX_LINES} lines.`)
    return text.trim() === '' ? null : parseLine(text, lines)
  }
  for await (const chunk of body) {
    totalBytes += chunk.length
    if (totalBytes > MAX_COMMIT_BODY_BYTES) throw refuse('BodyTooLarge')
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (pendingBytes + end - start > MAX_LINE_BYTES) throw tooLong()
      const line = take(chunk.subarray(start, end))
      start = end + 1
      if (line) yield line
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start))
      pendingBytes += chunk.length - start
      if (pendingBytes > MAX_LINE_BYTES) throw tooLong()
    }
  }
  const last = pendingBytes > 0 ? take(new Uint8Array()) : null
  if (last) yield last
}

function tooLong(): Error {
  return refuse('FileTooLarge', 'A file kept in git has at most 10 MB. Upload this one as a large file (LFS).')
}

function parseLine(text: string, number: number): CommitLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refuse('InvalidCommit', `Line ${number} of the commit is not valid JSON.`)
  }
  const parsed = commitLine.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw refuse(
    'InvalidCommit',
    `Line ${number} of the commit is not understood: ${field} ${issue?.message ?? ''}`.trim(),
  )
}

/** The one-document form of a commit as the same lines. Throws `InvalidCommit`. */
export function linesOfLegacyCommit(body: unknown): CommitLine[] {
  const parsed = legacyCommit.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw refuse('InvalidCommit', `The commit is not understood: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const { summary, description, parentCommit, files, lfsFiles, deletedEntries } = parsed.data
  return [
    { key: 'header', value: { summary, description, parentCommit } },
    ...(files ?? []).map((value) => ({ key: 'file', value }) as const),
    ...(lfsFiles ?? []).map((value) => ({ key: 'lfsFile', value }) as const),
    ...(deletedEntries ?? []).map((value) => ({ key: 'deletedEntry', value }) as const),
  ]
}
