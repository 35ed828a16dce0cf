import type { RepoDeps } from '../deps.js'
import type { Holder } from '../holder.js'
import { offerLargeFiles } from '../queries/sent-files.js'
import { findLfsObjects, type LfsObject } from '../queries/lfs.js'
import { type Repo, repoPath } from '../repo.js'
import type { IssuedToken } from '../xet/issue-token.js'
import { beginUpload, partCount } from './multipart.js'
import type { UrlSigner } from './signed-url.js'

/** Lives of signed addresses: clients queue many objects and ask again when one expired. */
const UPLOAD_SECONDS = 6 * 3600
const DOWNLOAD_SECONDS = 3600
/** Largest object of all, so that sizes stay exact in JSON and parts stay few. */
const MAX_OBJECT_BYTES = 2 * 1024 ** 4
const PART_DIGITS = 5

export interface BatchDeps extends RepoDeps {
  readonly signer: UrlSigner
  /** Objects above this size arrive in parts of this size, when the client knows how. */
  readonly lfsPartBytes: number
}

interface BatchItem {
  readonly oid: string
  readonly size: number
}

export interface BatchRequest {
  readonly repo: Repo
  readonly holder: Holder | null
  /** What the client authorised itself with; it does so again to verify, and git-lfs sends only what it is told to. */
  readonly authorization: string | null
  readonly operation: 'upload' | 'download'
  /** The client knows the multipart transfer. */
  readonly canMultipart: boolean
  /** What a client that speaks Xet sends its chunks with; null for one that does not. */
  readonly xet: XetUpload | null
  readonly objects: readonly BatchItem[]
}

export interface XetUpload {
  readonly token: IssuedToken
  /** Where the client gets the next token. */
  readonly refreshUrl: string
}

interface Action {
  href: string
  header?: Record<string, string>
  expires_at?: string
}

export interface BatchObject {
  oid: string
  size: number
  authenticated?: boolean
  actions?: { upload?: Action; verify?: Action; download?: Action }
  error?: { code: number; message: string }
}

/**
 * Tells where each object goes or comes from; an upload without actions is stored already (git-lfs batch API).
 * Throws `QuotaExceeded` for uploads that do not fit.
 */
export async function answerBatch(
  deps: BatchDeps,
  request: BatchRequest,
): Promise<{ transfer: 'basic' | 'multipart' | 'xet'; objects: BatchObject[] }> {
  const oids = request.objects.map((object) => object.oid)
  const held = await findLfsObjects(deps.db, request.repo.id, oids)
  const isXet = request.operation === 'upload' && request.xet !== null
  const inParts = (size: number): boolean => !isXet && request.canMultipart && size > deps.lfsPartBytes
  const isMultipart = request.operation === 'upload' && request.objects.some((object) => inParts(object.size))
  if (request.operation === 'upload') {
    await demandRoom(deps, request, held)
    await offer(deps, request.repo.id, [...held.values()])
  }
  const objects: BatchObject[] = []
  for (const object of request.objects) {
    const problem = findObjectProblem(object)
    const known = held.get(object.oid)
    if (problem) objects.push({ ...object, error: { code: 422, message: problem } })
    else if (request.operation === 'download') objects.push(downloadObject(deps, request, object, known))
    else if (known) objects.push({ oid: object.oid, size: Number(known.sizeBytes) })
    else objects.push(await uploadObject(deps, request, object, inParts(object.size)))
  }
  return { transfer: isXet ? 'xet' : isMultipart ? 'multipart' : 'basic', objects }
}

/** What a client hears that we have it will not send: for another floor the collector leaves it. */
async function offer(deps: BatchDeps, repoId: string, held: readonly LfsObject[]): Promise<void> {
  const at = deps.clock.now()
  const old = held.filter(({ pushedAt }) => at.getTime() - pushedAt.getTime() > OFFER_AFTER_MS).map(({ oid }) => oid)
  if (old.length > 0) await deps.write((tx) => offerLargeFiles(tx, repoId, old, at))
}

const OFFER_AFTER_MS = 30 * 60_000

/** Refuses a batch that does not fit as a whole, before anything of it is sent. */
async function demandRoom(
  deps: BatchDeps,
  { repo, objects }: BatchRequest,
  held: ReadonlyMap<string, LfsObject>,
): Promise<void> {
  const missing = new Map(objects.filter((one) => !held.has(one.oid)).map((one) => [one.oid, one.size]))
  const bytes = [...missing.values()].reduce((sum, size) => sum + BigInt(size), 0n)
  await deps.quotas.demandRoom(deps.db, repo.accountId, { visibility: repo.visibility, bytes })
}

function findObjectProblem(object: BatchItem): string | null {
  if (!/^[0-9a-f]{64}$/.test(object.oid)) return 'An object is named by 64 hexadecimal digits of SHA-256.'
  return object.size > MAX_OBJECT_BYTES ? 'This object is too large.' : null
}

function downloadObject(
  deps: BatchDeps,
  request: BatchRequest,
  object: BatchItem,
  known: LfsObject | undefined,
): BatchObject {
  if (!known) return { ...object, error: { code: 404, message: 'This object is not in the repository.' } }
  const download = signedAction(deps, request, { method: 'GET', path: objectPath(object), sizeBytes: null })
  return { oid: object.oid, size: Number(known.sizeBytes), authenticated: true, actions: { download } }
}

const objectPath = (object: BatchItem): string => `/lfs/objects/${object.oid}`

async function uploadObject(
  deps: BatchDeps,
  request: BatchRequest,
  object: BatchItem,
  inParts: boolean,
): Promise<BatchObject> {
  if (request.xet)
    return {
      oid: object.oid,
      size: object.size,
      authenticated: true,
      actions: { upload: xetAction(deps, request.xet) },
    }
  const href = `${deps.publicUrl()}${repoPath(request.repo)}.git/info/lfs/verify`
  const { authorization } = request
  const verify = { href, ...(authorization === null ? {} : { header: { Authorization: authorization } }) }
  const upload = inParts
    ? await multipartAction(deps, request, object)
    : signedAction(deps, request, { method: 'PUT', path: objectPath(object), sizeBytes: object.size })
  return { oid: object.oid, size: object.size, authenticated: true, actions: { upload, verify } }
}

/** Chunks are verified as they come, so there is nothing to verify afterwards (xet.md §7.2). */
function xetAction(deps: BatchDeps, { token, refreshUrl }: XetUpload): Action {
  const header = {
    'X-Xet-Cas-Url': token.casUrl,
    'X-Xet-Access-Token': token.accessToken,
    'X-Xet-Token-Expiration': String(token.exp),
    'X-Xet-Session-Id': deps.ids.next(),
  }
  return { href: refreshUrl, header, expires_at: new Date(token.exp * 1000).toISOString() }
}

interface Target {
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly path: string
  readonly sizeBytes: number | null
}

function signedAction(deps: BatchDeps, request: BatchRequest, target: Target): Action {
  const seconds = target.method === 'GET' ? DOWNLOAD_SECONDS : UPLOAD_SECONDS
  const expires = new Date(deps.clock.now().getTime() + seconds * 1000)
  const expiresAt = Math.floor(expires.getTime() / 1000)
  const signed = deps.signer.sign({ ...target, repoId: request.repo.id, holder: request.holder, expiresAt })
  return { href: `${deps.publicUrl()}${signed}`, expires_at: expires.toISOString() }
}

/** Part numbers are padded to one width: some clients order them as text (hub-api 4.4). */
async function multipartAction(deps: BatchDeps, request: BatchRequest, object: BatchItem): Promise<Action> {
  const incoming = {
    repoId: request.repo.id,
    oid: object.oid,
    sizeBytes: object.size,
    by: request.holder?.userId ?? null,
  }
  const base = `${objectPath(object)}/parts/${await beginUpload(deps, incoming, deps.lfsPartBytes)}`
  const header: Record<string, string> = { chunk_size: String(deps.lfsPartBytes) }
  for (let part = 1; part <= partCount(object.size, deps.lfsPartBytes); part++) {
    const url = signedAction(deps, request, { method: 'PUT', path: `${base}/${part}`, sizeBytes: null })
    header[String(part).padStart(PART_DIGITS, '0')] = url.href
  }
  return { ...signedAction(deps, request, { method: 'POST', path: `${base}/complete`, sizeBytes: null }), header }
}
