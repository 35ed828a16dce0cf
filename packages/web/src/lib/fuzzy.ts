/**
 * How well `query` matches `text`: higher is better, 0 is no match. A substring beats scattered letters, a word's start
 * beats its middle, and one swapped, missing or wrong letter in a word of four or more still matches.
 */
export function fuzzyScore(query: string, text: string): number {
  const q = query.trim().toLowerCase()
  const s = text.toLowerCase()
  if (!q) return 1
  const at = s.indexOf(q)
  if (at >= 0)
    return 100 + (at === 0 ? 40 : /[\s/_.-]/.test(s[at - 1] ?? '') ? 25 : 0) - Math.min(s.length - q.length, 30) / 2
  if (isScattered(q, s)) return 40 - Math.min(s.length, 30) / 2
  const near = q.length >= 4 && s.split(/[\s/_.-]+/).some((word) => isOneEditAway(q, word.slice(0, q.length + 1)))
  return near ? 20 : 0
}

function isScattered(q: string, s: string): boolean {
  let from = 0
  for (const letter of q) {
    const found = s.indexOf(letter, from)
    if (found < 0 || found - from > 6) return false
    from = found + 1
  }
  return true
}

/** Levenshtein distance at most 1, or one swap of neighbours, against any prefix of `word`. */
function isOneEditAway(q: string, word: string): boolean {
  for (const length of [q.length - 1, q.length, q.length + 1]) {
    if (distanceAtMostOne(q, word.slice(0, length))) return true
  }
  return false
}

function distanceAtMostOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let i = 0
  while (i < a.length && a[i] === b[i]) i += 1
  if (a.slice(i + 1) === b.slice(i + 1) || a.slice(i) === b.slice(i + 1) || a.slice(i + 1) === b.slice(i)) return true
  return a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2)
}
