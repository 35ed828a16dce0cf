import { GitFormatError } from './format-error.js'
import { type Pkt, pktText } from './pkt-line.js'

/** Which objects a partial clone leaves out: blobs above a size, or everything deeper than a tree depth. */
export type ObjectFilter =
  | { readonly kind: 'blobLimit'; readonly bytes: number }
  | { readonly kind: 'treeDepth'; readonly depth: number }

/** How far back a shallow clone wants history. */
export interface Deepen {
  readonly depth: number | null
  /** Count `depth` from the client's present boundary. */
  readonly isRelative: boolean
  /** Seconds since 1970. */
  readonly since: number | null
  readonly not: readonly string[]
}

/** A fetch as both protocol versions say it. */
export interface FetchRequest {
  readonly wants: readonly string[]
  readonly haves: readonly string[]
  readonly isDone: boolean
  /** Commits whose parents the client lacks. */
  readonly shallow: readonly string[]
  readonly deepen: Deepen
  readonly filter: ObjectFilter | null
  readonly includeTag: boolean
  readonly ofsDelta: boolean
  readonly waitForDone: boolean
}

/** Most wants, and most shallow lines, of one request. */
export const MAX_FETCH_OIDS = 400_000
/** Most haves: clients send some thousands a round. */
export const MAX_FETCH_HAVES = 100_000
const MAX_DEEPEN_NOT = 1_000
const OID = /^[0-9a-f]{40}$/
const MAX_DEPTH = 0x7fffffff
const UNITS: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

const bad = (message: string): GitFormatError => new GitFormatError('badRequest', message)

/** Collects the lines that both versions share. */
export class FetchBuilder {
  private readonly wants: string[] = []
  private readonly haves: string[] = []
  private readonly shallow: string[] = []
  private readonly not: string[] = []
  private readonly flags = new Set<string>()
  private depth: number | null = null
  private since: number | null = null
  private filter: ObjectFilter | null = null

  /** Takes one line; false when it is not known. Throws GitFormatError on a malformed one. */
  take(line: string): boolean {
    const space = line.indexOf(' ')
    const key = space < 0 ? line : line.slice(0, space)
    const value = space < 0 ? '' : line.slice(space + 1)
    if (key === 'want') this.push(this.wants, value)
    else if (key === 'have') this.push(this.haves, value, MAX_FETCH_HAVES)
    else if (key === 'shallow') this.push(this.shallow, value)
    else if (key === 'deepen') this.depth = readCount(value)
    else if (key === 'deepen-since') this.since = readCount(value)
    else if (key === 'deepen-not') this.pushNot(value)
    else if (key === 'filter') this.filter = parseFilter(value)
    else if (space < 0) this.flags.add(key)
    else return false
    return true
  }

  flag(name: string): void {
    this.flags.add(name)
  }

  build(): FetchRequest {
    const { wants, haves, shallow, filter } = this
    const isRelative = this.flags.has('deepen-relative')
    return {
      wants,
      haves,
      shallow,
      filter,
      deepen: { depth: this.depth, isRelative, since: this.since, not: this.not },
      isDone: this.flags.has('done'),
      includeTag: this.flags.has('include-tag'),
      ofsDelta: this.flags.has('ofs-delta'),
      waitForDone: this.flags.has('wait-for-done'),
    }
  }

  private pushNot(ref: string): void {
    if (this.not.push(ref) > MAX_DEEPEN_NOT) throw bad('too many refs to stop at')
  }

  private push(list: string[], oid: string, limit = MAX_FETCH_OIDS): void {
    if (!OID.test(oid)) throw bad('an object id is malformed')
    if (list.length >= limit) throw bad('too many object ids in one request')
    list.push(oid)
  }
}

function readCount(value: string): number {
  const count = /^\d{1,15}$/.test(value) ? Number(value) : -1
  if (count < 1) throw bad('a depth or time is malformed')
  return Math.min(count, MAX_DEPTH * 1024)
}

/** `blob:none`, `blob:limit=1k`, `tree:0`. Throws GitFormatError for filters this server does not know. */
export function parseFilter(spec: string): ObjectFilter {
  if (spec === 'blob:none') return { kind: 'blobLimit', bytes: 0 }
  const limit = /^blob:limit=(\d{1,12})([kmg]?)$/i.exec(spec)
  if (limit) return { kind: 'blobLimit', bytes: Number(limit[1]) * (UNITS[(limit[2] ?? '').toLowerCase()] as number) }
  const tree = /^tree:(\d{1,9})$/.exec(spec)
  if (tree) return { kind: 'treeDepth', depth: Number(tree[1]) }
  throw bad(`this server does not know the filter '${spec.slice(0, 80)}'`)
}

/** One protocol v2 request: its command and the arguments behind the delimiter. */
export interface V2Request {
  readonly command: string
  readonly capabilities: readonly string[]
  readonly args: readonly string[]
}

/** Splits the lines of a protocol v2 request (gitprotocol-v2). Throws GitFormatError. */
export function parseV2Request(pkts: readonly Pkt[]): V2Request {
  const head: string[] = []
  const args: string[] = []
  let into = head
  for (const line of pkts) {
    if (line === 'flush') break
    if (line === 'delim') into = args
    else if (line !== 'end') into.push(pktText(line))
  }
  const command = head.find((line) => line.startsWith('command='))?.slice('command='.length)
  if (command === undefined) throw bad('the request names no command')
  return { command, capabilities: head.filter((line) => !line.startsWith('command=')), args }
}

/** The arguments of `fetch`. Throws GitFormatError on one this server does not know. */
export function parseFetchArgs(args: readonly string[]): FetchRequest {
  const builder = new FetchBuilder()
  for (const line of args) {
    if (!builder.take(line)) throw bad(`unexpected line: '${line.slice(0, 80)}'`)
  }
  return builder.build()
}

/** The arguments of `ls-refs`. */
export interface LsRefsRequest {
  readonly peel: boolean
  readonly symrefs: boolean
  readonly unborn: boolean
  readonly prefixes: readonly string[]
}

const MAX_PREFIXES = 65_536

/** Reads `ls-refs` arguments; more prefixes than a limit mean "all", as in git. */
export function parseLsRefsArgs(args: readonly string[]): LsRefsRequest {
  const prefixes = args.filter((line) => line.startsWith('ref-prefix ')).map((line) => line.slice('ref-prefix '.length))
  return {
    peel: args.includes('peel'),
    symrefs: args.includes('symrefs'),
    unborn: args.includes('unborn'),
    prefixes: prefixes.length > MAX_PREFIXES ? [] : prefixes,
  }
}

/** A version 0 request: what is asked, and which answers the client understands. */
export interface V0Request {
  readonly fetch: FetchRequest
  readonly capabilities: ReadonlySet<string>
}

/** Reads the lines of a stateless `git-upload-pack` request of version 0 or 1 (gitprotocol-pack). Throws GitFormatError. */
export function parseV0Request(pkts: readonly Pkt[]): V0Request {
  const builder = new FetchBuilder()
  const capabilities = new Set<string>()
  for (const line of pkts) {
    if (typeof line === 'string') continue
    const text = pktText(line)
    const isFirstWant = capabilities.size === 0 && text.startsWith('want ')
    if (isFirstWant) for (const name of text.slice(45).split(' ')) capabilities.add(name)
    if (!builder.take(isFirstWant ? text.slice(0, 45) : text)) throw bad(`unexpected line: '${text.slice(0, 80)}'`)
  }
  for (const name of ['include-tag', 'ofs-delta', 'deepen-relative']) if (capabilities.has(name)) builder.flag(name)
  return { fetch: builder.build(), capabilities }
}
