const MAX_NAME = 100
const MAX_COMPARED = 1_000

/** Known names that a mistyped one could have meant: a few edits away, or the same after the slash. */
export function nearNames(name: string, known: readonly string[], limit: number): string[] {
  const wanted = name.toLowerCase().slice(0, MAX_NAME)
  const tolerance = Math.max(2, Math.floor(wanted.length / 4))
  return known
    .slice(0, MAX_COMPARED)
    .map((id) => ({ id, distance: distanceTo(wanted, id.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((left, right) => left.distance - right.distance)
    .slice(0, limit)
    .map(({ id }) => id)
}

function distanceTo(wanted: string, id: string): number {
  const short = id.slice(id.indexOf('/') + 1)
  const isSameName = wanted.slice(wanted.indexOf('/') + 1) === short
  return isSameName
    ? 1
    : Math.min(editDistance(wanted, id), wanted.includes('/') ? Number.POSITIVE_INFINITY : editDistance(wanted, short))
}

function editDistance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > MAX_NAME / 4) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
