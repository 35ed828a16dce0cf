import { diffLists } from './line-diff.js'

export interface DiffLine {
  kind: 'same' | 'add' | 'del'
  text: string
  old?: number | undefined
  now?: number | undefined
  /** Stretches of the text that make the difference to its partner. */
  marks?: readonly (readonly [start: number, end: number])[] | undefined
}
export interface DiffHunk {
  header: string
  lines: DiffLine[]
}
/** A large file is compared by what it is, not by its pointer. */
export interface LargeChange {
  before?: { oid: string; sizeBytes: number } | undefined
  after?: { oid: string; sizeBytes: number } | undefined
}
export interface DiffFile {
  path: string
  status: 'added' | 'deleted' | 'changed'
  isBinary: boolean
  hunks: DiffHunk[]
  added: number
  removed: number
  large?: LargeChange | undefined
}

/** Lines longer than this are shown without marks. */
const markedChars = 600
const contextLines = 3

/** Cuts a unified diff into files, hunks and numbered lines. `rest` says what the server left out. */
export function parseDiff(text: string): { files: DiffFile[]; rest: string } {
  const files: DiffFile[] = []
  let rest = ''
  let file: DiffFile | undefined
  let hunk: DiffHunk | undefined
  let [old, now] = [0, 0]
  for (const line of text.split('\n')) {
    const start = /^diff --git a\/(.*) b\/(.*)$/.exec(line)
    const range = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(line)
    if (start) {
      file = { path: start[2] ?? '', status: 'changed', isBinary: false, hunks: [], added: 0, removed: 0 }
      files.push(file)
      hunk = undefined
    } else if (range && file) {
      hunk = { header: range[3] ?? '', lines: [] }
      file.hunks.push(hunk)
      old = Number(range[1])
      now = Number(range[2])
    } else if (hunk && file && /^[ +-]/.test(line)) {
      const body = line.slice(1)
      if (line[0] === '+') {
        file.added += 1
        hunk.lines.push({ kind: 'add', text: body, now: now++ })
      } else if (line[0] === '-') {
        file.removed += 1
        hunk.lines.push({ kind: 'del', text: body, old: old++ })
      } else hunk.lines.push({ kind: 'same', text: body, old: old++, now: now++ })
    } else if (line.startsWith('... ')) rest = line.slice(4)
    else if (file && !hunk) readHeader(file, line)
  }
  for (const one of files) {
    one.large = largeChange(one)
    for (const part of one.hunks) markLines(part.lines)
  }
  return { files, rest }
}

function readHeader(file: DiffFile, line: string): void {
  if (line.startsWith('new file')) file.status = 'added'
  if (line.startsWith('deleted file')) file.status = 'deleted'
  if (line.startsWith('Binary files')) file.isBinary = true
}

function largeChange({ hunks }: DiffFile): LargeChange | undefined {
  const lines = hunks.flatMap((hunk) => hunk.lines)
  if (lines.length > 12 || !lines.some(({ text }) => text.startsWith('version https://git-lfs'))) return undefined
  const read = (without: 'add' | 'del') => {
    const text = lines
      .filter(({ kind }) => kind !== without)
      .map((line) => line.text)
      .join('\n')
    const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1]
    const size = /^size (\d+)$/m.exec(text)?.[1]
    return oid && size ? { oid, sizeBytes: Number(size) } : undefined
  }
  const change = { before: read('add'), after: read('del') }
  return change.before || change.after ? change : undefined
}

/** Says which words of neighbouring removed and added lines differ. */
function markLines(lines: DiffLine[]): void {
  for (let at = 0; at < lines.length; ) {
    const removed = runFrom(lines, at, 'del')
    const added = runFrom(lines, at + removed.length, 'add')
    for (let nth = 0; nth < Math.min(removed.length, added.length); nth += 1) {
      const [a, b] = [removed[nth], added[nth]]
      if (a && b && removed.length === added.length) markPair(a, b)
    }
    at += Math.max(removed.length + added.length, 1)
  }
}

function runFrom(lines: readonly DiffLine[], from: number, kind: DiffLine['kind']): DiffLine[] {
  const run: DiffLine[] = []
  for (let at = from; lines[at]?.kind === kind; at += 1) run.push(lines[at] as DiffLine)
  return run
}

const wordsOf = (text: string): string[] => text.match(/\w+|\s+|[^\w\s]/g) ?? []

function markPair(a: DiffLine, b: DiffLine): void {
  if (a.text.length > markedChars || b.text.length > markedChars) return
  const [before, after] = [wordsOf(a.text), wordsOf(b.text)]
  const edits = diffLists(before, after)
  const kept = edits.filter((edit) => edit.kind === 'same' && (before[edit.old] ?? '').trim() !== '').length
  if (kept * 3 < Math.min(before.length, after.length)) return
  a.marks = stretches(before, new Set(edits.filter((edit) => edit.kind === 'del').map((edit) => edit.old)))
  b.marks = stretches(after, new Set(edits.filter((edit) => edit.kind === 'add').map((edit) => edit.now)))
}

function stretches(words: readonly string[], changed: ReadonlySet<number>): [number, number][] {
  const marks: [number, number][] = []
  let offset = 0
  for (const [index, word] of words.entries()) {
    const end = offset + word.length
    const last = marks.at(-1)
    if (changed.has(index)) {
      if (last && last[1] === offset) last[1] = end
      else marks.push([offset, end])
    }
    offset = end
  }
  return marks
}

/** Two texts as one changed file, with three lines around each change. */
export function diffTexts(path: string, before: string, after: string): DiffFile {
  const split = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
  const [old, now] = [split(before), split(after)]
  const edits = diffLists(old, now)
  const near = new Set<number>()
  for (const [index, edit] of edits.entries())
    if (edit.kind !== 'same') for (let by = -contextLines; by <= contextLines; by += 1) near.add(index + by)
  const hunks: DiffHunk[] = []
  let isOpen = false
  for (const [index, edit] of edits.entries()) {
    if (!near.has(index)) {
      isOpen = false
      continue
    }
    if (!isOpen) hunks.push({ header: '', lines: [] })
    isOpen = true
    hunks.at(-1)?.lines.push({
      kind: edit.kind,
      text: (edit.kind === 'add' ? now[edit.now] : old[edit.old]) ?? '',
      ...(edit.kind === 'add' ? {} : { old: edit.old + 1 }),
      ...(edit.kind === 'del' ? {} : { now: edit.now + 1 }),
    })
  }
  for (const hunk of hunks) markLines(hunk.lines)
  const count = (kind: string) => edits.filter((edit) => edit.kind === kind).length
  const status = before === '' ? 'added' : 'changed'
  return { path, status, isBinary: false, hunks, added: count('add'), removed: count('del') }
}
