import { BlockList, isIP } from 'node:net'

/** Networks that are nobody's public address: own networks, this machine, carriers, tests, multicast (RFC 6890). */
const INNER_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
/** Outside of 2000::/3 nothing is public; these inside of it are not either: documentation, tunnels that carry inner addresses. */
const INNER_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const inner = new BlockList()
for (const subnet of INNER_V4) inner.addSubnet(...splitSubnet(subnet), 'ipv4')
for (const subnet of INNER_V6) inner.addSubnet(...splitSubnet(subnet), 'ipv6')
const globalV6 = new BlockList()
globalV6.addSubnet('2000::', 3, 'ipv6')

function splitSubnet(subnet: string): [string, number] {
  const [network = '', prefix = '0'] = subnet.split('/')
  return [network, Number(prefix)]
}

/** Whether an IP address belongs to the open network. Mapped and tunnelled IPv4 addresses do not count. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !inner.check(address, 'ipv4')
  return version === 6 && globalV6.check(address, 'ipv6') && !inner.check(address, 'ipv6')
}
