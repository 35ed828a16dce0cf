/** Longest name of one file or folder, in bytes. */
export const MAX_NAME_BYTES = 255

/** Code points that HFS+ leaves out when it compares names (git's utf8.c). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g
/** Names that Windows gives to devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.[^.]*)*$/i
const CONTROL = /\p{Cc}/u

export interface NameRules {
  /** Lets a backslash through, which is a separator on Windows. */
  readonly allowBackslash?: boolean
}

/** Names that no rule below can refuse: most of those there are. */
const PLAIN = /^[A-Za-z0-9_-]{5,200}(\.[A-Za-z0-9_-]{1,50})?$/

/**
 * Why a name cannot be a file's or folder's, as git's fsck names it (`hasDotgit`), or null when it can.
 * Covers the names that NTFS and HFS+ take for `.git` (git's CVE-2014-9390), separators and control characters.
 */
export function refusalOfName(name: string, rules: NameRules = {}): string | null {
  if (PLAIN.test(name)) return null
  if (name === '') return 'emptyName'
  if (name === '.') return 'hasDot'
  if (name === '..') return 'hasDotdot'
  if (name.includes('/')) return 'fullPathname'
  if (name.includes('\\') && !rules.allowBackslash) return 'backslash'
  if (CONTROL.test(name)) return 'controlCharacter'
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'largePathname'
  if (isDotGit(name)) return 'hasDotgit'
  return DEVICE.test(name) ? 'deviceName' : null
}

const MAX_DOT_GIT_CHARS = 5
const ASCII = /^[\x20-\x7e]*$/

/** True for `.git` and everything a file system may take for it. */
export function isDotGit(name: string): boolean {
  if (
    name.length > MAX_DOT_GIT_CHARS &&
    !name.includes(':') &&
    !name.endsWith('.') &&
    !name.endsWith(' ') &&
    ASCII.test(name)
  )
    return false
  const short = name.length < 3 ? '' : foldName(name)
  return short === '.git' || short === 'git~1'
}

/** True for `.gitmodules` and its aliases, among them NTFS short names. */
export function isDotGitmodules(name: string): boolean {
  const folded = foldName(name)
  return folded === '.gitmodules' || /^(gitmod~[1-4]|gi7eba~\d)$/.test(folded)
}

/** As NTFS and HFS+ see it: no streams, no trailing dots and blanks, no ignored code points, one case. */
function foldName(name: string): string {
  return (name.split(':')[0] as string)
    .replace(HFS_IGNORED, '')
    .replace(/[. ]+$/, '')
    .toLowerCase()
}
