/** Networks as people type them: one per line, or with commas between. */
export function readNetworks(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((part) => part !== ''))]
}

/** The first of them that is none; undefined when all are. The server looks again. */
export function findBadNetwork(networks: readonly string[]): string | undefined {
  return networks.find((network) => !isNetwork(network))
}

const BYTE = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const IPV4 = new RegExp(`^${BYTE}(\\.${BYTE}){3}$`)

function isNetwork(text: string): boolean {
  const [address = '', prefix, more] = text.split('/')
  const bits = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : -1
  if (bits < 0 || more !== undefined) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
}

function isIpv6(text: string): boolean {
  return text.includes(':') && URL.canParse(`http://[${text}]/`)
}
