import { DELIM, FLUSH, pkt } from './pkt-line.js'
import type { LsRefsRequest } from './fetch-request.js'

/** A ref as clients see it. */
export interface AdvertisedRef {
  readonly name: string
  readonly oid: string
  readonly peeled: string | null
}

/** What a repository shows: refs sorted by name, and the branch HEAD points at. */
export interface Advertisement {
  readonly refs: readonly AdvertisedRef[]
  /** Full name; the ref need not exist. */
  readonly head: string
  readonly agent: string
}

const NULL_OID = '0'.repeat(40)
export type GitService = 'git-upload-pack' | 'git-receive-pack'

const UPLOAD_CAPS =
  'multi_ack multi_ack_detailed no-done side-band side-band-64k ofs-delta shallow deepen-since deepen-not deepen-relative no-progress include-tag filter allow-tip-sha1-in-want allow-reachable-sha1-in-want object-format=sha1'
const RECEIVE_CAPS =
  'report-status delete-refs quiet atomic ofs-delta no-thin side-band-64k push-options object-format=sha1'

/** The answer to `info/refs` in protocol v2: what this server can do (gitprotocol-v2). */
export function capabilityAdvertisement(agent: string): Buffer {
  return Buffer.concat([
    ...serviceLine('git-upload-pack'),
    pkt('version 2'),
    pkt(`agent=${agent}`),
    pkt('ls-refs=unborn'),
    pkt('fetch=shallow wait-for-done filter'),
    pkt('server-option'),
    pkt('object-format=sha1'),
    pkt('object-info'),
    FLUSH,
  ])
}

/** The answer to `info/refs` in version 0 or 1, for fetch or push: all refs with capabilities on the first line. */
export function refAdvertisement(service: GitService, shown: Advertisement, version: 0 | 1): Buffer {
  const own = service === 'git-upload-pack' ? UPLOAD_CAPS : RECEIVE_CAPS
  const head = shown.refs.find((ref) => ref.name === shown.head)
  const symref = head && service === 'git-upload-pack' ? ` symref=HEAD:${shown.head}` : ''
  const caps = `${own}${symref} agent=${shown.agent}`
  const lines: string[] = []
  if (head && service === 'git-upload-pack') lines.push(`${head.oid} HEAD`)
  for (const ref of shown.refs) {
    lines.push(`${ref.oid} ${ref.name}`)
    if (ref.peeled !== null && service === 'git-upload-pack') lines.push(`${ref.peeled} ${ref.name}^{}`)
  }
  const [first = `${NULL_OID} capabilities^{}`, ...rest] = lines
  const versionLine = version === 1 ? [pkt('version 1')] : []
  return Buffer.concat([...serviceLine(service), ...versionLine, pkt(`${first}\0${caps}`), ...rest.map(pkt), FLUSH])
}

function serviceLine(service: GitService): Buffer[] {
  return [pkt(`# service=${service}`), FLUSH]
}

/** The answer to `ls-refs`. */
export function lsRefsAnswer(request: LsRefsRequest, shown: Advertisement): Buffer {
  const { prefixes } = request
  const isWanted = (name: string): boolean =>
    prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix))
  const lines: Buffer[] = []
  const head = shown.refs.find((ref) => ref.name === shown.head)
  const symref = request.symrefs ? ` symref-target:${shown.head}` : ''
  if (isWanted('HEAD') && head) lines.push(pkt(`${head.oid} HEAD${symref}`))
  else if (isWanted('HEAD') && request.unborn) lines.push(pkt(`unborn HEAD${symref}`))
  for (const ref of shown.refs) {
    if (!isWanted(ref.name)) continue
    const peeled = request.peel && ref.peeled !== null ? ` peeled:${ref.peeled}` : ''
    lines.push(pkt(`${ref.oid} ${ref.name}${peeled}`))
  }
  return Buffer.concat([...lines, FLUSH])
}

/** What of a fetch is known before its pack. */
export interface FetchPlan {
  /** Haves that this repository holds. */
  readonly common: readonly string[]
  /** The common commits suffice: a pack can be made. */
  readonly isReady: boolean
  readonly shallow: readonly string[]
  readonly unshallow: readonly string[]
}

/** Sections of a v2 `fetch` answer before the pack; `hasPack` tells whether the pack's bands follow. */
export function fetchSections(
  plan: FetchPlan,
  isDone: boolean,
  waitForDone: boolean,
): { head: Buffer; hasPack: boolean } {
  const parts: Buffer[] = []
  const hasPack = isDone || (plan.isReady && !waitForDone)
  if (!isDone) {
    parts.push(pkt('acknowledgments'))
    if (plan.common.length === 0) parts.push(pkt('NAK'))
    for (const oid of plan.common) parts.push(pkt(`ACK ${oid}`))
    if (plan.isReady) parts.push(pkt('ready'))
    if (!hasPack) return { head: Buffer.concat([...parts, FLUSH]), hasPack }
    parts.push(DELIM)
  }
  if (plan.shallow.length + plan.unshallow.length > 0) {
    parts.push(pkt('shallow-info'), ...shallowLines(plan), DELIM)
  }
  parts.push(pkt('packfile'))
  return { head: Buffer.concat(parts), hasPack }
}

function shallowLines(plan: FetchPlan): Buffer[] {
  return [...plan.shallow.map((oid) => pkt(`shallow ${oid}`)), ...plan.unshallow.map((oid) => pkt(`unshallow ${oid}`))]
}

/** What a version 0 answer says before its pack; `isDeepening` demands the shallow section even when it is empty. */
export function fetchAnswerV0(
  plan: FetchPlan,
  request: { isDone: boolean; isDeepening: boolean; hasHaves: boolean; capabilities: ReadonlySet<string> },
): { head: Buffer; hasPack: boolean } {
  const parts: Buffer[] = request.isDeepening ? [...shallowLines(plan), FLUSH] : []
  const { capabilities } = request
  const last = plan.common.at(-1)
  const isDetailed = capabilities.has('multi_ack_detailed')
  const hasPack = request.isDone || (isDetailed && capabilities.has('no-done') && plan.isReady)
  // A deepening client sends its wants alone first and reads only the shallow section of that answer.
  if (!request.isDone && !request.hasHaves) return { head: Buffer.concat(parts), hasPack: false }
  if (isDetailed) for (const oid of plan.common) parts.push(pkt(`ACK ${oid} common`))
  else if (capabilities.has('multi_ack')) for (const oid of plan.common) parts.push(pkt(`ACK ${oid} continue`))
  if (isDetailed && plan.isReady && last !== undefined) parts.push(pkt(`ACK ${last} ready`))
  if (hasPack && last !== undefined) parts.push(pkt(`ACK ${last}`))
  else if (!hasPack && last !== undefined && !isDetailed && !capabilities.has('multi_ack'))
    parts.push(pkt(`ACK ${last}`))
  else parts.push(pkt('NAK'))
  return { head: Buffer.concat(parts), hasPack }
}

/** One line of an `object-info` answer. */
export function objectInfoAnswer(infos: readonly { oid: string; sizeBytes: number }[]): Buffer {
  return Buffer.concat([pkt('size'), ...infos.map(({ oid, sizeBytes }) => pkt(`${oid} ${sizeBytes}`)), FLUSH])
}
