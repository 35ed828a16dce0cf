export interface Edit {
  kind: 'same' | 'add' | 'del'
  /** Position in the old and in the new list; only one counts for an addition or a removal. */
  old: number
  now: number
}

/** Beyond this many differences two lists count as wholly different: telling more would take too long. */
const mostDifferences = 2000

/** The shortest way from one list to another (Myers 1986), after what is the same at both ends is set aside. */
export function diffLists(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let tail = 0
  while (
    tail < before.length - start &&
    tail < after.length - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1
  const edits: Edit[] = []
  for (let at = 0; at < start; at += 1) edits.push({ kind: 'same', old: at, now: at })
  const old = before.slice(start, before.length - tail)
  const now = after.slice(start, after.length - tail)
  for (const edit of middle(old, now)) edits.push({ ...edit, old: edit.old + start, now: edit.now + start })
  for (let at = tail; at > 0; at -= 1) edits.push({ kind: 'same', old: before.length - at, now: after.length - at })
  return edits
}

function middle(before: readonly string[], after: readonly string[]): Edit[] {
  const trace = shortestTrace(before, after)
  if (!trace) {
    return [
      ...before.map((_, at): Edit => ({ kind: 'del', old: at, now: 0 })),
      ...after.map((_, at): Edit => ({ kind: 'add', old: before.length, now: at })),
    ]
  }
  const edits: Edit[] = []
  let [x, y] = [before.length, after.length]
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const best = trace[d] as Map<number, number>
    const k = x - y
    const fromUp = k === -d || (k !== d && (best.get(k - 1) ?? -1) < (best.get(k + 1) ?? -1))
    const previousK = fromUp ? k + 1 : k - 1
    const previousX = d === 0 ? 0 : (best.get(previousK) ?? 0)
    const previousY = d === 0 ? 0 : previousX - previousK
    while (x > previousX && y > previousY) edits.push({ kind: 'same', old: (x -= 1), now: (y -= 1) })
    if (d === 0) break
    if (fromUp) edits.push({ kind: 'add', old: x, now: (y -= 1) })
    else edits.push({ kind: 'del', old: (x -= 1), now: y })
  }
  return edits.toReversed()
}

/** Furthest reach by diagonal before each step; null when the lists differ too much. */
function shortestTrace(before: readonly string[], after: readonly string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = []
  const best = new Map<number, number>([[1, 0]])
  const most = Math.min(before.length + after.length, mostDifferences)
  for (let d = 0; d <= most; d += 1) {
    trace.push(new Map(best))
    for (let k = -d; k <= d; k += 2) {
      const fromUp = k === -d || (k !== d && (best.get(k - 1) ?? -1) < (best.get(k + 1) ?? -1))
      let x = fromUp ? (best.get(k + 1) ?? 0) : (best.get(k - 1) ?? 0) + 1
      let y = x - k
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x += 1
        y += 1
      }
      best.set(k, x)
      if (x >= before.length && y >= after.length) return trace
    }
    if (d * d > 4_000_000) return null
  }
  return null
}
