import { hash } from 'node:crypto'
import {
  type Advertisement,
  BAND,
  bandPkts,
  capabilityAdvertisement,
  type FetchRequest,
  fetchAnswerV0,
  fetchSections,
  FLUSH,
  GitFormatError,
  lsRefsAnswer,
  objectInfoAnswer,
  parseFetchArgs,
  parseLsRefsArgs,
  parseV0Request,
  parseV2Request,
  pkt,
  readPkts,
  refAdvertisement,
} from '@stoa/git'
import type { Db } from '../../kit/db/database.js'
import type { Log } from '../../kit/log.js'
import type { GitStorage } from './create-store.js'
import { planFetch, type PlannedFetch } from './plan-fetch.js'
import type { GitRef } from './store.js'
import { type PackPlan, planPack, streamPack } from './write-pack.js'

export type ProtocolVersion = 0 | 1 | 2
export const AGENT = 'stoa/1'

/** The repository a git client talks to, already found and allowed. */
export interface ServedRepo {
  readonly id: string
  readonly defaultBranch: string
}

export interface ServeDeps {
  readonly db: Db
  readonly storage: GitStorage
  readonly log: Log
}

/** Version that a `Git-Protocol` header asks for (`version=2`). */
export function protocolVersion(header: string | undefined): ProtocolVersion {
  const versions = (header ?? '').split(':').map((part) => /^version=([012])$/.exec(part)?.[1])
  return Math.max(0, ...versions.map((version) => Number(version ?? 0))) as ProtocolVersion
}

export async function advertise(
  deps: ServeDeps,
  repo: ServedRepo,
  service: 'git-upload-pack' | 'git-receive-pack',
  version: ProtocolVersion,
): Promise<Buffer> {
  if (service === 'git-upload-pack' && version === 2) return capabilityAdvertisement(AGENT)
  return refAdvertisement(service, await shownRefs(deps, repo), version === 1 ? 1 : 0)
}

async function shownRefs(deps: ServeDeps, repo: ServedRepo): Promise<Advertisement & { refs: readonly GitRef[] }> {
  const refs = await deps.storage.store.listRefs(deps.db, repo.id)
  return { refs, head: `refs/heads/${repo.defaultBranch}`, agent: AGENT }
}

/** Answers one `git-upload-pack` request; a refusal becomes git's own error line. */
export async function serveUploadPack(
  deps: ServeDeps,
  repo: ServedRepo,
  version: ProtocolVersion,
  body: Buffer,
): Promise<AsyncIterable<Buffer>> {
  try {
    const pkts = readPkts(body)
    if (version !== 2) return await serveV0(deps, repo, pkts)
    const { command, args } = parseV2Request(pkts)
    if (command === 'ls-refs') return once(lsRefsAnswer(parseLsRefsArgs(args), await shownRefs(deps, repo)))
    if (command === 'fetch') return await serveFetch(deps, repo, parseFetchArgs(args))
    if (command === 'object-info') return once(await describeObjects(deps, repo, args))
    throw new GitFormatError('badRequest', `unknown command '${command.slice(0, 80)}'`)
  } catch (error) {
    if (error instanceof GitFormatError) return once(pkt(`ERR ${error.message}`))
    throw error
  }
}

async function serveFetch(deps: ServeDeps, repo: ServedRepo, request: FetchRequest): Promise<AsyncIterable<Buffer>> {
  const refs = await deps.storage.store.listRefs(deps.db, repo.id)
  const planned = await planFetch(deps.storage, repo.id, refs, request)
  const { head, hasPack } = fetchSections(planned.plan, request.isDone, request.waitForDone)
  return hasPack
    ? answerWithPack(deps, repo, head, planned, {
        takesOffsets: request.ofsDelta,
        bands: 'large',
        key: await cloneKey(deps, repo, refs, request),
      })
    : once(head)
}

async function serveV0(
  deps: ServeDeps,
  repo: ServedRepo,
  pkts: ReturnType<typeof readPkts>,
): Promise<AsyncIterable<Buffer>> {
  const { fetch, capabilities } = parseV0Request(pkts)
  if (fetch.wants.length === 0) return once(Buffer.alloc(0))
  const refs = await deps.storage.store.listRefs(deps.db, repo.id)
  const planned = await planFetch(deps.storage, repo.id, refs, fetch)
  const { depth, since, not } = fetch.deepen
  const isDeepening = depth !== null || since !== null || not.length > 0
  const say = { isDone: fetch.isDone, isDeepening, hasHaves: fetch.haves.length > 0, capabilities }
  const { head, hasPack } = fetchAnswerV0(planned.plan, say)
  const bands = capabilities.has('side-band-64k') ? 'large' : capabilities.has('side-band') ? 'small' : 'none'
  return hasPack
    ? answerWithPack(deps, repo, head, planned, {
        takesOffsets: fetch.ofsDelta,
        bands,
        key: await cloneKey(deps, repo, refs, fetch),
      })
    : once(head)
}

interface PackForm {
  readonly takesOffsets: boolean
  readonly bands: 'large' | 'small' | 'none'
  /** Under which the plan may be remembered; null for fetches that hardly come again. */
  readonly key: string | null
}

async function* answerWithPack(
  deps: ServeDeps,
  repo: ServedRepo,
  head: Buffer,
  planned: PlannedFetch,
  form: PackForm,
): AsyncGenerator<Buffer> {
  yield head
  try {
    yield* packBands(deps, repo, planned, form)
  } catch (error) {
    deps.log.error('a git fetch broke off', error, { repoId: repo.id })
    if (form.bands === 'none') throw error
    yield bandPkts(BAND.error, Buffer.from('the server could not make the pack\n'), form.bands === 'small')
  }
}

async function* packBands(
  deps: ServeDeps,
  repo: ServedRepo,
  planned: PlannedFetch,
  form: PackForm,
): AsyncGenerator<Buffer> {
  const plan = await findPlan(deps, repo, planned, form)
  for await (const bytes of streamPack(deps, repo.id, plan)) {
    yield form.bands === 'none' ? bytes : bandPkts(BAND.data, bytes, form.bands === 'small')
  }
  if (form.bands !== 'none') yield FLUSH
}

async function findPlan(deps: ServeDeps, repo: ServedRepo, planned: PlannedFetch, form: PackForm): Promise<PackPlan> {
  const known = form.key === null ? undefined : deps.storage.clones.get(form.key)
  if (known) return known
  const plan = await planPack(deps.storage, repo.id, await planned.collect(), form.takesOffsets)
  if (form.key !== null) deps.storage.clones.keep(form.key, plan)
  return plan
}

/** Names a whole clone by all that decides its objects and where they lie; the wants were checked before. */
async function cloneKey(
  { storage }: ServeDeps,
  repo: ServedRepo,
  refs: readonly GitRef[],
  request: FetchRequest,
): Promise<string | null> {
  const { wants, haves, shallow, filter, deepen, includeTag, ofsDelta } = request
  const isWhole =
    haves.length + shallow.length + deepen.not.length === 0 && deepen.depth === null && deepen.since === null
  if (!isWhole || filter !== null) return null
  const tags = includeTag ? refs.filter((ref) => ref.peeled !== null).map((ref) => ref.oid) : []
  const packs = (await storage.reader.packsOf(repo.id)).map((pack) => pack.id)
  const facts = JSON.stringify([[...wants].sort(), tags, ofsDelta, packs])
  return `${repo.id}:${hash('sha256', facts)}`
}

const MAX_INFO_OIDS = 10_000

async function describeObjects(deps: ServeDeps, repo: ServedRepo, args: readonly string[]): Promise<Buffer> {
  const oids = args
    .filter((line) => line.startsWith('oid '))
    .map((line) => line.slice(4))
    .slice(0, MAX_INFO_OIDS)
  const infos = await deps.storage.reader.readInfo(repo.id, oids)
  return objectInfoAnswer([...infos].map(([oid, { sizeBytes }]) => ({ oid, sizeBytes })))
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
