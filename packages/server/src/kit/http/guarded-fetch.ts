import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, fetch as plainFetch, type RequestInit } from 'undici'
import { isPublicAddress } from './public-address.js'

const DEFAULTS = { timeoutMs: 10_000, maxBytes: 1024 * 1024, redirects: 0 }
const OPEN_PORTS = new Set(['', '443', '8443'])

/** Why an address that somebody gave us was not fetched, or its answer not read. */
export type FetchProblem =
  | 'address'
  | 'scheme'
  | 'port'
  | 'inner'
  | 'closed'
  | 'unknown_host'
  | 'size'
  | 'time'
  | 'redirect'
  | 'network'

export class FetchRefused extends Error {
  readonly problem: FetchProblem
  readonly host: string

  constructor(problem: FetchProblem, host: string) {
    super(`${host}: ${problem}`)
    this.name = 'FetchRefused'
    this.problem = problem
    this.host = host
  }
}

export interface GuardedRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs?: number
  /** The most bytes of an answer that are read. */
  readonly maxBytes?: number
  /** How many redirects are followed; each is checked like the first address. */
  readonly redirects?: number
}

/** What the operator opened: without a word of theirs no address is fetched. */
export interface OpenedHosts {
  readonly innerHosts: readonly string[]
  readonly openHosts: readonly string[]
}

/** The answer, read whole. Throws `FetchRefused`. */
export type GuardedFetch = (address: string, request?: GuardedRequest) => Promise<Response>

/**
 * The one way to fetch an address that a person gave (trust.md §11 row 11): https, few ports, and only addresses of the open
 * network that the operator opened (`openHosts`, `*` for all), checked where the connection is made, so that a name cannot
 * change its mind. `innerHosts` (`idp.corp`, `10.1.2.3:8080`) are let through all the same, also over http.
 */
export function createGuardedFetch({ innerHosts, openHosts }: OpenedHosts): GuardedFetch {
  const allowed = new Set(innerHosts.map((host) => host.toLowerCase()))
  const opened = new Set(openHosts)
  const isAllowed = (url: URL): boolean => allowed.has(url.hostname) || allowed.has(url.host)
  const agents = {
    open: new Agent({ connect: { lookup: lookupPublic } }),
    inner: new Agent(),
  }
  return async (address, request = {}) => {
    const { timeoutMs, maxBytes, redirects } = { ...DEFAULTS, ...request }
    const signal = AbortSignal.timeout(timeoutMs)
    let url = readAddress(address)
    for (let left = redirects; ; left -= 1) {
      const isInner = isAllowed(url)
      if (!isInner) {
        checkAddress(url)
        if (!opened.has('*') && !opened.has(url.hostname)) throw new FetchRefused('closed', url.host)
      }
      const { method = 'GET', headers = {}, body } = request
      const init: RequestInit = {
        method,
        headers,
        redirect: 'manual',
        signal,
        dispatcher: isInner ? agents.inner : agents.open,
      }
      try {
        const answer = await plainFetch(url, body === undefined ? init : { ...init, body })
        const location = answer.headers.get('location')
        if (answer.status < 300 || answer.status >= 400 || location === null)
          return await readAnswer(answer, maxBytes, url)
        await answer.body?.cancel()
        if (left <= 0 || method !== 'GET') throw new FetchRefused('redirect', url.host)
        url = readAddress(location, url)
      } catch (error) {
        throw translate(error, url)
      }
    }
  }
}

/** Where to connect to for a host and port; what it answers is connected to as it is. Throws `FetchRefused`. */
export type GuardedReach = (host: string, port: number) => Promise<string>

/** The same rule for what is no HTTP (syslog): any port, and the address that was checked is the one that is connected to. */
export function createGuardedReach({ innerHosts, openHosts }: OpenedHosts): GuardedReach {
  const allowed = new Set(innerHosts.map((host) => host.toLowerCase()))
  const opened = new Set(openHosts)
  return async (given, port) => {
    const host = given.toLowerCase()
    const written = isIP(host) === 6 ? `[${host}]` : host
    if (allowed.has(written) || allowed.has(`${written}:${port}`)) return host
    const isNumber = isIP(host) !== 0
    if (isNumber && !isPublicAddress(host)) throw new FetchRefused('inner', host)
    if (!opened.has('*') && !opened.has(host)) throw new FetchRefused('closed', host)
    return isNumber ? host : (await resolvePublic(host, 0))[0].address
  }
}

function readAddress(address: string, base?: URL): URL {
  if (!URL.canParse(address, base?.href)) throw new FetchRefused('address', address.slice(0, 100))
  const url = new URL(address, base)
  if (url.username !== '' || url.password !== '') throw new FetchRefused('address', url.host)
  return url
}

/** The URL parser has already written octal, hexadecimal and decimal addresses in dots. */
function checkAddress(url: URL): void {
  if (url.protocol !== 'https:') throw new FetchRefused('scheme', url.host)
  if (!OPEN_PORTS.has(url.port)) throw new FetchRefused('port', url.host)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new FetchRefused('inner', url.host)
}

/** Resolves a name for the connection itself; one inner address among the answers is enough to refuse. */
const lookupPublic: LookupFunction = (hostname, options, done) => {
  resolvePublic(hostname, options.family === 6 ? 6 : options.family === 4 ? 4 : 0).then(
    ([first, ...others]) => {
      if (options.all) return done(null, [first, ...others])
      done(null, first.address, first.family)
    },
    (error: FetchRefused) => done(error, ''),
  )
}

/** Where a name leads; every one of its addresses is of the open network. Throws `FetchRefused`. */
async function resolvePublic(hostname: string, family: 0 | 4 | 6): Promise<[LookupAddress, ...LookupAddress[]]> {
  const found = await lookup(hostname, { all: true, family }).catch(() => [])
  const [first, ...others] = found
  if (!first) throw new FetchRefused('unknown_host', hostname)
  if (found.some(({ address }) => !isPublicAddress(address))) throw new FetchRefused('inner', hostname)
  return [first, ...others]
}

type UndiciResponse = Awaited<ReturnType<typeof plainFetch>>

async function readAnswer(answer: UndiciResponse, maxBytes: number, url: URL): Promise<Response> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of answer.body ?? []) {
    sizeBytes += (part as Uint8Array).byteLength
    if (sizeBytes > maxBytes) throw new FetchRefused('size', url.host)
    parts.push(part as Uint8Array)
  }
  const hasBody = ![101, 204, 205, 304].includes(answer.status)
  return new Response(hasBody ? Buffer.concat(parts) : null, {
    status: answer.status,
    headers: [...answer.headers].filter(([name]) => name !== 'content-encoding' && name !== 'content-length'),
  })
}

function translate(error: unknown, url: URL): FetchRefused {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof FetchRefused) return cause
    if (cause.name === 'TimeoutError' || cause.name === 'AbortError') return new FetchRefused('time', url.host)
  }
  return new FetchRefused('network', url.host)
}
