/** Longest name an account may have; lenient instances allow the Hub client's own limit. */
const NAME_MAX = 42
const LENIENT_NAME_MAX = 96

/** First segments of addresses that are pages or protocols, and so cannot be account names (hub-api §3, design §4). */
const RESERVED = new Set(
  `api datasets spaces models kernels buckets collections papers jobs posts blog docs settings organizations login logout
  join new search oauth pricing tasks resolve raw tree blob commit commits compare discussions releases .well-known v1 v2
  avatars health healthz readyz new-dataset new-space new-model playground compute runs endpoints fleet flavors market
  listings sell quotes billing wallet usage invoices budgets payouts admin advisor insights inbox moderation governance
  redeem sign-in sign-up sign-out signin signup signout assets static icons fonts favicon.ico robots.txt sitemap.xml
  me you system anonymous null undefined www git lfs xet cas hf-inference about terms privacy security support
  status help home explore notifications sso`.split(/\s+/),
)

/**
 * Why a name cannot be an account's, as a sentence; null when it can.
 * `lenient` lets through what the Hub's own test accounts are called, but never a reserved segment.
 */
export function findNameProblem(name: string, lenient = false): string | null {
  if (RESERVED.has(name.toLowerCase())) return `"${name}" is reserved.`
  if (lenient) return findLenientProblem(name)
  if (name.length < 2 || name.length > NAME_MAX) return `A name has 2 to ${NAME_MAX} characters.`
  if (!/^[A-Za-z0-9-]+$/.test(name)) return 'A name has only letters, digits and hyphens.'
  if (name.startsWith('-') || name.endsWith('-')) return 'A name does not start or end with a hyphen.'
  if (name.includes('--')) return 'A name has no two hyphens in a row.'
  if (/^\d+$/.test(name)) return 'A name is not only digits.'
  if (/^[0-9a-f]{24}$/i.test(name)) return 'A name does not look like an id.'
  return null
}

function findLenientProblem(name: string): string | null {
  if (!/^[\w.-]+$/.test(name) || name.length > LENIENT_NAME_MAX) {
    return `A name has 1 to ${LENIENT_NAME_MAX} letters, digits, hyphens, dots and underscores.`
  }
  if (/^\.+$/.test(name) || name.includes('..')) return 'A name has no two dots in a row.'
  return null
}
