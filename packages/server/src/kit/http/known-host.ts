const MAX_REMEMBERED = 1_000
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/
const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/

/** Which host names this server answers to. */
export interface HostRule {
  /** The public address, once it is known. */
  publicUrl(): string
  /** Whether an operator set that address; without it a server open to the network answers to any name. */
  readonly isPublicUrlSet: boolean
  /** Names beside the one in the public address. */
  readonly others: readonly string[]
}

/**
 * Whether a `Host` header names this server: a page elsewhere whose name was pointed here must not speak to it (DNS rebinding),
 * and no cache may learn our answers under a foreign name. Bare addresses and `localhost` are nobody's to point.
 */
export function createHostCheck(rule: HostRule): (host: string | undefined) => boolean {
  const remembered = new Map<string, boolean>()
  return (header) => {
    if (header === undefined) return true
    const known = remembered.get(header)
    if (known !== undefined) return known
    const isKnown = isKnownName(nameOf(header), rule)
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(header, isKnown)
    return isKnown
  }
}

function isKnownName(name: string, { publicUrl, isPublicUrlSet, others }: HostRule): boolean {
  if (ADDRESS.test(name) || name === 'localhost' || name.endsWith('.localhost')) return true
  const own = new URL(publicUrl()).hostname
  if (name === own || others.includes(name)) return true
  return !isPublicUrlSet && !LOOPBACK.test(own)
}

/** The name without port and final dot, lower case. */
function nameOf(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}
