/** Claims that say which project a job belongs to; a publisher must name one, or any job of the issuer would do. */
const PROJECT_CLAIMS: Readonly<Record<'github' | 'gitlab' | 'other', readonly string[]>> = {
  github: ['repository', 'repository_id', 'sub'],
  gitlab: ['project_path', 'project_id', 'sub'],
  other: ['sub'],
}

/** Why a set of patterns would let too many in; null when it is narrow enough. */
export function findPatternProblem(
  kind: keyof typeof PROJECT_CLAIMS,
  patterns: Readonly<Record<string, string>>,
): string | null {
  const wanted = PROJECT_CLAIMS[kind]
  const named = wanted.find((claim) => patterns[claim] !== undefined)
  if (named === undefined) return `Name the project of the job: one of ${wanted.join(', ')}.`
  // A wild owner is everybody: `*/train` would be the project of that name of anybody.
  const written = (patterns[named] ?? '').split('*')[0] ?? ''
  const isNarrow = kind === 'other' || named.endsWith('_id') ? written !== '' : written.includes('/')
  const isWhole = named.endsWith('_id') && patterns[named]?.includes('*')
  return isNarrow && !isWhole ? null : `${named}: the owner of the project must be written out.`
}

/** Whether a job's claims are what they must be. Only texts, numbers and yes or no are compared. */
export function matchesClaims(
  patterns: Readonly<Record<string, string>>,
  claims: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(patterns).every(([claim, pattern]) => {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false
    return matchesPattern(pattern, String(value))
  })
}

/** `*` is anything but a slash, `**` anything; everything else is itself, in its own case. Time is at most length × length. */
export function matchesPattern(pattern: string, value: string): boolean {
  // States are positions in the pattern that are reached after each character; no backtracking.
  const parts = pattern.split(/(\*\*|\*)/).flatMap((part) => (part.startsWith('*') ? [part] : [...part]))
  let reached = closure(parts, new Set([0]))
  for (const character of value) {
    const next = new Set<number>()
    for (const at of reached) {
      const part = parts[at]
      if (part === '**' || (part === '*' && character !== '/')) next.add(at)
      else if (part === character) next.add(at + 1)
    }
    reached = closure(parts, next)
    if (reached.size === 0) return false
  }
  return reached.has(parts.length)
}

/** A star may stand for nothing. */
function closure(parts: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (parts[at]?.startsWith('*')) reached.add(at + 1)
  return reached
}
