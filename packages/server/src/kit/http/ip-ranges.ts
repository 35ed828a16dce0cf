import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Networks in CIDR notation, ready to be asked. */
export interface IpRanges {
  /** What is no address lies in no range. */
  includes(address: string): boolean
}

/** Reads ranges such as `203.0.113.0/24`, `2001:db8::/32` or single addresses; what is none of these is left out. */
export function compileIpRanges(ranges: readonly string[]): IpRanges {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    const version = isIP(network)
    const bits = Number(prefix ?? (version === 4 ? 32 : 128))
    if (version !== 0 && Number.isInteger(bits) && bits >= 0 && bits <= (version === 4 ? 32 : 128))
      list.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6')
  }
  return {
    includes: (address) => {
      const plain = plainAddress(address)
      const version = isIP(plain)
      return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
    },
  }
}

/** An address without its zone; one of IPv4 that came through an IPv6 socket as itself. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}

const THIS_MACHINE = compileIpRanges(['127.0.0.0/8', '::1/128'])

/**
 * Whose request it is, as Fastify's `request.ip` says it here: a proxy on this machine is believed, nobody else. For doors in
 * front of the router.
 */
export function clientAddress(request: Pick<IncomingMessage, 'headers' | 'socket'>): string {
  const socket = request.socket.remoteAddress ?? ''
  const forwarded = request.headers['x-forwarded-for']
  if (forwarded === undefined) return socket
  const hops = String(forwarded).split(',').reverse()
  let address = socket
  for (const hop of hops) {
    if (!THIS_MACHINE.includes(address)) return address
    address = hop.trim()
  }
  return address
}
