const MAX_PATH_CHARS = 1000
const MAX_SEGMENT_BYTES = 255
const MAX_DEPTH = 100

/** Names that git, on some file system, takes for its own folder (CVE-2014-9390 and kin). */
const GIT_FOLDER = /^(\.git|git~1)[. ]*(:.*)?$/i
const IGNORABLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/**
 * Why a path cannot stand in a repository, as a sentence; null when it can. Paths are slash-separated, relative and
 * without empty, `.` or `..` segments; a backslash counts as a slash, so that no client on Windows is led astray.
 * `isLenient` lets backslashes through inside a path: client suites store such paths to see whether clients refuse them.
 */
export function findPathProblem(path: string, isLenient = false): string | null {
  if (path === '') return 'A path cannot be empty.'
  if (path.length > MAX_PATH_CHARS) return `A path has at most ${MAX_PATH_CHARS} characters.`
  if (/\p{Surrogate}/u.test(path)) return 'A path is valid Unicode.'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\x00-\x1f\x7f]/.test(path)) return 'A path has no control characters.'
  const segments = path.split(isLenient && !path.startsWith('..') ? '/' : /[/\\]/)
  if (segments.length > MAX_DEPTH) return `A path has at most ${MAX_DEPTH} folders.`
  for (const segment of segments) {
    const problem = findSegmentProblem(segment)
    if (problem) return problem
  }
  return path.includes('\\') && !isLenient ? 'A path has no backslashes.' : null
}

function findSegmentProblem(segment: string): string | null {
  if (segment === '') return 'A path has no empty segments.'
  if (segment === '.' || segment === '..') return 'A path has no "." or ".." segments.'
  if (GIT_FOLDER.test(segment.replace(IGNORABLE, ''))) return 'A path has no ".git" segment.'
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `A file name has at most ${MAX_SEGMENT_BYTES} bytes.`
  return null
}

/** A folder or file path as requests write it: slashes at either end do not count. */
export function trimSlashes(path: string): string {
  let start = 0
  let end = path.length
  while (start < end && path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}
