/** Where a card stands; relative addresses are resolved against it. */
export interface CardPlace {
  /** `/acme/tiny-llama` or `/datasets/acme/words`: the repository's page. */
  readonly basePath: string
  readonly revision: string
  /** Folder of the file, from which its relative addresses start; the main one unless given. */
  readonly folder?: string
}

/** What became of an address in a card. `external` leaves this site. */
export type Address = { readonly kind: 'internal' | 'external' | 'fragment' | 'mail'; readonly href: string }

/** Prefix of every id in a card, so that none meets an id of the application. */
export const ID_PREFIX = 'card-'

const HERE = 'https://card.invalid'
const MAX_ADDRESS_CHARS = 4_000

/**
 * Resolves an address as a browser would (backslashes, tabs, `//host` and all) and says where it leads. Relative ones lead
 * into the repository: files to their page, or to their bytes when `asBytes`. Null for schemes that are not allowed.
 */
export function resolveAddress(raw: string, place: CardPlace, asBytes: boolean): Address | null {
  const text = raw.trim()
  if (text === '' || text.length > MAX_ADDRESS_CHARS) return null
  if (text.startsWith('#')) return { kind: 'fragment', href: prefixFragment(text) }
  const url = parse(text, place.folder ?? '')
  if (!url) return null
  if (url.protocol === 'mailto:') return { kind: 'mail', href: url.href }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  if (url.username !== '' || url.password !== '') return null
  if (url.origin !== HERE) return { kind: 'external', href: url.href }
  const isRooted = /^[/\\]/.test(text)
  if (isRooted && !asBytes) return { kind: 'internal', href: url.pathname + url.search + url.hash }
  const door = asBytes ? 'resolve' : 'blob'
  const revision = place.revision.split('/').map(encodeURIComponent).join('%2F')
  return { kind: 'internal', href: `${place.basePath}/${door}/${revision}${url.pathname}${asBytes ? '' : url.hash}` }
}

function parse(text: string, folder: string): URL | null {
  const base = folder === '' ? '' : `${folder.split('/').map(encodeURIComponent).join('/')}/`
  try {
    return new URL(text, `${HERE}/${base}`)
  } catch {
    return null
  }
}

/** `#Usage` becomes `#card-Usage`; percent-encoding is kept as written. */
function prefixFragment(fragment: string): string {
  const id = fragment.slice(1)
  return id === '' || id.startsWith(ID_PREFIX) ? `#${id}` : `#${ID_PREFIX}${id}`
}
