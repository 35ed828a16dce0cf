import { lookup } from 'node:dns/promises'

type Lookup = (host: string) => Promise<readonly string[]>

const systemLookup: Lookup = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * Whether a URL's host is this machine: a loopback address, or a name all of whose addresses are. A name mapped in the
 * hosts file counts; one that cannot be resolved does not.
 */
export async function isLoopbackUrl(url: string, resolve: Lookup = systemLookup): Promise<boolean> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (isLoopbackAddress(host)) return true
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  try {
    const addresses = await resolve(host)
    return addresses.length > 0 && addresses.every(isLoopbackAddress)
  } catch {
    // A name that does not resolve is not known to be this machine.
    return false
  }
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)
}
