/** One segment of a pattern, or `**`, which stands for any number of segments. */
type Part = readonly Token[] | 'any-depth'

type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] }

/** A compiled gitignore-style pattern; matching takes time proportional to pattern × path, whatever the pattern. */
export interface Glob {
  readonly parts: readonly Part[]
}

const MAX_PATTERN_CHARS = 1000

/**
 * Compiles a pattern of `.gitattributes` or `.gitignore` (gitignore(5)): without a slash inside it matches at any
 * depth, else from the root. Null when it is too long to be considered.
 */
export function compileGlob(pattern: string): Glob | null {
  if (pattern.length > MAX_PATTERN_CHARS) return null
  const isAnchored = pattern.includes('/')
  const text = pattern.startsWith('/') ? pattern.slice(1) : pattern
  const parts: Part[] = text.split('/').map((part) => (part === '**' ? 'any-depth' : tokenize(part)))
  return { parts: isAnchored ? parts : ['any-depth', ...parts] }
}

function tokenize(part: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < part.length; ) {
    const char = part[at] as string
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'many') tokens.push({ kind: 'many' })
      at++
    } else if (char === '?') {
      tokens.push({ kind: 'one' })
      at++
    } else if (char === '[') {
      const set = readSet(part, at)
      tokens.push(set ? set.token : { kind: 'char', char })
      at = set ? set.next : at + 1
    } else if (char === '\\' && at + 1 < part.length) {
      tokens.push({ kind: 'char', char: part[at + 1] as string })
      at += 2
    } else {
      tokens.push({ kind: 'char', char })
      at++
    }
  }
  return tokens
}

function readSet(part: string, start: number): { token: Token; next: number } | null {
  let at = start + 1
  const negated = part[at] === '!' || part[at] === '^'
  if (negated) at++
  const ranges: [string, string][] = []
  for (let first = true; at < part.length; first = false) {
    let low = part[at] as string
    if (low === ']' && !first) return { token: { kind: 'set', negated, ranges }, next: at + 1 }
    if (low === '\\' && at + 1 < part.length) low = part[++at] as string
    const high = part[at + 1] === '-' && part[at + 2] !== undefined && part[at + 2] !== ']' ? part[at + 2] : undefined
    ranges.push([low, high ?? low])
    at += high === undefined ? 1 : 3
  }
  return null
}

/** Whether a slash-separated path matches. A trailing `**` needs something below it, as in git. */
export function matchesGlob(glob: Glob, path: string): boolean {
  const segments = path.split('/')
  // reachable[i]: the parts so far can consume exactly the first i segments
  let reachable = new Array<boolean>(segments.length + 1).fill(false)
  reachable[0] = true
  glob.parts.forEach((part, index) => {
    const next = new Array<boolean>(segments.length + 1).fill(false)
    if (part === 'any-depth') {
      const isLast = index === glob.parts.length - 1
      let open = false
      for (let i = 0; i <= segments.length; i++) {
        next[i] = open || (!isLast && reachable[i] === true)
        open ||= reachable[i] === true
      }
    } else {
      for (let i = 0; i < segments.length; i++) {
        if (reachable[i] && matchesSegment(part, segments[i] as string)) next[i + 1] = true
      }
    }
    reachable = next
  })
  return reachable[segments.length] === true
}

/** Greedy matching with one remembered star: the classic linear-space wildcard algorithm. */
function matchesSegment(tokens: readonly Token[], text: string): boolean {
  let token = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    const current = tokens[token]
    if (current?.kind === 'many') {
      star = token++
      starAt = at
    } else if (current && matchesChar(current, text[at] as string)) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (tokens[token]?.kind === 'many') token++
  return token === tokens.length
}

function matchesChar(token: Token, char: string): boolean {
  if (token.kind === 'char') return token.char === char
  if (token.kind === 'set') return token.ranges.some(([low, high]) => char >= low && char <= high) !== token.negated
  return token.kind === 'one'
}
