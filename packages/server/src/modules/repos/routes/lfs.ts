import {
  completeLfsUpload,
  downloadLfsObject,
  lfsBatch,
  lfsVerify,
  refuse,
  type RepoType,
  StoaError,
  uploadLfsObject,
  uploadLfsPart,
} from '@stoa/contracts'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import { sendBytes } from '../../../kit/http/bytes.js'
import type { Http } from '../../../kit/http/server.js'
import { includesRight, type Right, rightOn } from '../access.js'
import { openLfsObject } from '../browse/open-file.js'
import { demandPullRequestRight } from '../commits/may-commit.js'
import type { SignedIn } from '../deps.js'
import { answerBatch, type XetUpload } from '../lfs/batch.js'
import { completeUpload, receivePart } from '../lfs/multipart.js'
import { receiveObject } from '../lfs/receive-object.js'
import type { SignedGrant, SignedQuery } from '../lfs/signed-url.js'
import { holderOf } from '../holder.js'
import { findLfsObjects } from '../queries/lfs.js'
import type { Repo } from '../repo.js'
import { openNamed, type RepoRouteDeps } from './repo-routes.js'

export const LFS_TYPES = ['model', 'dataset', 'space', 'kernel'] as const

/** The git-lfs API (hub-api 1.20 to 1.25). */
export function bindLfs(http: Http, deps: RepoRouteDeps): void {
  const lfs = http.scope('lfs')
  for (const type of LFS_TYPES) {
    lfs.bind(lfsBatch[type], async (asked) => {
      const { operation, objects, transfers, part_bytes: partBytes } = asked.body
      const repo = await openLfsRepo(deps, asked, type, operation === 'upload' ? 'upload' : 'read')
      asked.reply.type('application/vnd.git-lfs+json')
      const holder = holderOf(asked.actor)
      const canMultipart = transfers?.includes('multipart') ?? false
      const authorization = asked.request.headers.authorization ?? null
      const xet = transfers?.includes('xet') ? grantXet(deps, asked.actor, repo, asked.body.ref?.name) : null
      const asks = { repo, holder, authorization, operation, canMultipart, xet, objects }
      return await answerBatch(partBytes ? { ...deps, lfsPartBytes: partBytes } : deps, asks)
    })
    lfs.bind(lfsVerify[type], async (asked) => {
      const repo = await openLfsRepo(deps, asked, type, 'upload')
      const { oid, size } = asked.body
      const object = (await findLfsObjects(deps.db, repo.id, [oid])).get(oid)
      if (!object) throw refuse('LfsObjectMissing')
      if (Number(object.sizeBytes) !== size) throw refuse('LfsHashMismatch')
      return { oid, size }
    })
  }
  bindStorage(http, deps)
}

/** A client that offers Xet sends its chunks with this; whoever may only propose gets its next token as for a pull request. */
function grantXet(deps: RepoRouteDeps, actor: Actor, repo: Repo, ref: string | undefined): XetUpload {
  const rev = encodeURIComponent(ref?.replace(/^refs\/heads\//, '') ?? repo.defaultBranch)
  const mayWrite = includesRight(rightOn(repo, actor), 'write')
  const query = mayWrite ? '' : '?create_pr=1'
  const refreshUrl = `${deps.publicUrl()}/api/${repo.type}s/${repo.fullName}/xet-write-token/${rev}${query}`
  return { token: deps.xetTokens.upload(actor, repo.id, mayWrite), refreshUrl }
}

interface LfsAsked {
  readonly actor: Actor
  readonly request: FastifyRequest
  readonly params: { readonly namespace: string; readonly repo: string }
}

/** The repository of an LFS address; `upload` is open to whoever may write or propose changes. */
export async function openLfsRepo(
  deps: RepoRouteDeps,
  asked: LfsAsked,
  type: RepoType,
  needed: Right | 'upload',
): Promise<Repo> {
  const name = asked.params.repo.replace(/\.git$/i, '')
  try {
    const right = needed === 'upload' ? 'read' : needed
    const found = await openNamed(deps, asked, type, `${asked.params.namespace}/${name}`, right)
    if (needed !== 'upload' || includesRight(found.right, 'write')) return found.repo
    if (asked.actor.kind === 'anonymous') throw refuse('Unauthorized')
    demandPullRequestRight(asked.actor, found.repo)
    return found.repo
  } catch (error) {
    throw error instanceof StoaError && error.status === 401 ? askForCredentials(error) : error
  }
}

/** Makes git-lfs ask for a name and token and try again. */
function askForCredentials(error: StoaError): StoaError {
  const realm = 'Basic realm="Stoa"'
  const headers = { ...error.headers, 'www-authenticate': realm, 'lfs-authenticate': realm }
  return refuse(error.code, error.message, error.detail, { status: 401, headers })
}

export function demandSignedIn(actor: Actor): SignedIn {
  if (actor.kind === 'user') return actor
  throw askForCredentials(refuse('Unauthorized'))
}

/** Signed addresses: they carry their authorisation, so credentials beside them are ignored; what was taken away since ends them. */
function bindStorage(http: Http, deps: RepoRouteDeps): void {
  const storage = http.scope('storage')
  const verify = async (method: SignedGrant['method'], request: FastifyRequest, query: SignedQuery) => {
    const grant = deps.signer.verify(method, pathOf(request), query, deps.clock.now())
    const pass = { home: 'repo' as const, repoId: grant.repoId, holder: grant.holder }
    if (!(await deps.stillMay(pass, method === 'GET' ? 'read' : 'upload', request.ip))) throw refuse('InvalidSignature')
    return grant
  }
  const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] as string
  const bytesOf = (request: FastifyRequest) => (request.body ?? []) as AsyncIterable<Uint8Array>
  storage.bind(uploadLfsObject, async ({ params, query, request, reply }) => {
    const grant = await verify('PUT', request, query)
    const announced = request.headers['content-length']
    if (announced !== undefined && Number(announced) !== grant.sizeBytes) throw refuse('LfsHashMismatch')
    const object = {
      repoId: grant.repoId,
      oid: params.oid,
      sizeBytes: grant.sizeBytes ?? 0,
      by: grant.holder?.userId ?? null,
    }
    await receiveObject(deps, object, bytesOf(request))
    return reply.code(200).header('etag', `"${params.oid}"`).send('')
  })
  storage.bind(uploadLfsPart, async ({ params, query, request, reply }) => {
    await verify('PUT', request, query)
    const etag = await receivePart(deps, params.upload, Number(params.part), bytesOf(request))
    return reply.code(200).header('etag', etag).send('')
  })
  storage.bind(downloadLfsObject, async ({ params, query, request, reply }) => {
    const grant = await verify('GET', request, query)
    const source = await openLfsObject(deps, grant.repoId, params.oid)
    if (!source) throw refuse('LfsObjectMissing')
    reply.header('content-type', 'application/octet-stream').header('content-disposition', 'attachment')
    return await sendBytes(request, reply, { ...source, etag: `"${params.oid}"` })
  })
  http.scope('lfs').bind(completeLfsUpload, async ({ params, query, body, request }) => {
    await verify('POST', request, query)
    if (body.oid !== params.oid) throw refuse('InvalidRequest', 'The body names another file than the address.')
    await completeUpload(deps, params.upload, params.oid)
    return { oid: params.oid }
  })
}
