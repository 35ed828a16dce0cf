const MAX_LINES = 20_000
const MAX_EDITS = 2000
const CONTEXT = 3

type Edit = { readonly kind: ' ' | '-' | '+'; readonly line: string }

/**
 * Hunks of a unified diff between two texts, without the file header. Texts too long or too different are shown as
 * replaced whole, so the work is bounded.
 */
export function diffText(before: string, after: string): string {
  const old = splitLines(before)
  const now = splitLines(after)
  const edits = old.length > MAX_LINES || now.length > MAX_LINES ? replaceAll(old, now) : shortestEdits(old, now)
  return formatHunks(edits)
}

function splitLines(text: string): string[] {
  if (text === '') return []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`]
}

const replaceAll = (old: readonly string[], now: readonly string[]): Edit[] => [
  ...old.map((line): Edit => ({ kind: '-', line })),
  ...now.map((line): Edit => ({ kind: '+', line })),
]

/** Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986) on the middle that differs. */
function shortestEdits(old: readonly string[], now: readonly string[]): Edit[] {
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const same = (line: string): Edit => ({ kind: ' ', line })
  const left = old.slice(head, old.length - tail)
  const right = now.slice(head, now.length - tail)
  const middle = trace(left, right) ?? replaceAll(left, right)
  return [...old.slice(0, head).map(same), ...middle, ...old.slice(old.length - tail).map(same)]
}

function trace(old: readonly string[], now: readonly string[]): Edit[] | null {
  const limit = Math.min(old.length + now.length, MAX_EDITS)
  const size = 2 * limit + 3
  let reach = new Int32Array(size)
  const history: Int32Array[] = []
  for (let edits = 0; edits <= limit; edits++) {
    history.push(reach.slice())
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = diagonal + limit + 1
      const down = diagonal === -edits || (diagonal !== edits && (reach[at - 1] ?? 0) < (reach[at + 1] ?? 0))
      let x = down ? (reach[at + 1] ?? 0) : (reach[at - 1] ?? 0) + 1
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++
      reach[at] = x
      if (x >= old.length && x - diagonal >= now.length) return backtrack(history, old, now, limit)
    }
    reach = reach.slice()
  }
  return null
}

function backtrack(
  history: readonly Int32Array[],
  old: readonly string[],
  now: readonly string[],
  limit: number,
): Edit[] {
  const edits: Edit[] = []
  let x = old.length
  let y = now.length
  for (let depth = history.length - 1; depth >= 0; depth--) {
    const reach = history[depth] as Int32Array
    const diagonal = x - y
    const at = diagonal + limit + 1
    const down = diagonal === -depth || (diagonal !== depth && (reach[at - 1] ?? 0) < (reach[at + 1] ?? 0))
    const fromX = depth === 0 ? 0 : down ? (reach[at + 1] ?? 0) : (reach[at - 1] ?? 0)
    const fromY = depth === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1)
    while (x > fromX && y > fromY && old[x - 1] === now[y - 1]) {
      edits.push({ kind: ' ', line: old[--x] as string })
      y--
    }
    if (depth === 0) break
    if (down) edits.push({ kind: '+', line: now[--y] as string })
    else edits.push({ kind: '-', line: old[--x] as string })
  }
  return edits.toReversed()
}

function formatHunks(edits: readonly Edit[]): string {
  let text = ''
  let oldLine = 1
  let newLine = 1
  for (let at = 0; at < edits.length; ) {
    const next = edits.findIndex((edit, index) => index >= at && edit.kind !== ' ')
    if (next < 0) break
    const start = Math.max(at, next - CONTEXT)
    oldLine += start - at
    newLine += start - at
    const end = hunkEnd(edits, next)
    const hunk = edits.slice(start, end)
    const oldCount = hunk.filter((edit) => edit.kind !== '+').length
    const newCount = hunk.filter((edit) => edit.kind !== '-').length
    text += `@@ -${position(oldLine, oldCount)} +${position(newLine, newCount)} @@\n`
    for (const edit of hunk) text += `${edit.kind}${edit.line}\n`
    oldLine += oldCount
    newLine += newCount
    at = end
  }
  return text
}

const position = (line: number, count: number): string => `${count === 0 ? line - 1 : line},${count}`

/** The hunk goes on while changes are at most twice the context apart. */
function hunkEnd(edits: readonly Edit[], firstChange: number): number {
  let last = firstChange
  for (let at = firstChange; at < edits.length && at - last <= 2 * CONTEXT; at++) {
    if (edits[at]?.kind !== ' ') last = at
  }
  return Math.min(edits.length, last + CONTEXT + 1)
}
