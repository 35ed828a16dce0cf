import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import {
  bucketReadToken,
  bucketWriteToken,
  fetchXorb,
  grantXorb,
  headXorb,
  queryChunk,
  reconstructionV1,
  reconstructionV2,
  refuse,
  type Route,
  uploadShard,
  uploadXorb,
  xetReadToken,
  xetTelemetry,
  xetTelemetryAtRoot,
  xetWriteToken,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange } from '../../../kit/http/bytes.js'
import { FileBytes } from '../../../kit/http/file-bytes.js'
import type { HttpScope, Http } from '../../../kit/http/server.js'
import { Turns } from '../../../kit/turns.js'
import { findXorbs, holdsXorb } from '../queries/xet.js'
import { answerDedup } from '../xet/dedup-answer.js'
import { answerTerms, byteRange, chunkRange, reconstruct } from '../xet/reconstruction-answer.js'
import { registerShard } from '../xet/register-shard.js'
import { storeXorb } from '../xet/store-xorb.js'
import type { TokenIssuer } from '../xet/issue-token.js'
import type { XetDeps } from '../xet/xet-deps.js'
import type { LinkQuery, XetGrant } from '../xet/xet-keys.js'

const MAX_BODY = 64 * 1024 * 1024
/** Bytes of uploads that are in memory at once, of everybody and of one person; the rest waits on the wire. */
const MAX_HELD_BYTES = 256 * 1024 * 1024
const MAX_HELD_BYTES_PER_USER = 128 * 1024 * 1024
const MAX_WAITING_UPLOADS = 256
/** A whole upload arrives within this, or it is cut: it holds its bytes meanwhile. */
const BODY_TIMEOUT_MS = 10 * 60_000
/** Shards that are checked at once. */
const MAX_SHARDS = 4

/** The Xet store's doors. `issuer` decides who gets a token; here only tokens and signatures count. */
export function bindXet(http: Http, deps: XetDeps, issuer: TokenIssuer): void {
  bindTokens(http.scope('hub'), issuer)
  const scope = http.scope('xet')
  bindUploads(scope, deps)
  bindReads(scope, deps)
  for (const route of [xetTelemetry, xetTelemetryAtRoot]) {
    scope.bind(route, async ({ request, reply }) => {
      request.raw.resume()
      return reply.code(200).send({})
    })
  }
}

function bindTokens(scope: HttpScope, issuer: TokenIssuer): void {
  scope.bind(bucketReadToken, async ({ actor, params, reply }) =>
    tokenReply(reply, await issuer.bucket(actor, `${params.namespace}/${params.name}`, 'read')),
  )
  scope.bind(bucketWriteToken, async ({ actor, params, reply }) =>
    tokenReply(reply, await issuer.bucket(actor, `${params.namespace}/${params.name}`, 'write')),
  )
  scope.bind(xetReadToken, async ({ actor, params, reply }) => tokenReply(reply, await issuer.read(actor, params)))
  scope.bind(xetWriteToken, async ({ actor, params, query, reply }) =>
    tokenReply(reply, await issuer.write(actor, params, query.create_pr !== undefined)),
  )
}

interface IssuedToken {
  readonly accessToken: string
  readonly exp: number
  readonly casUrl: string
}

/** Older clients read headers, newer ones the body. */
function tokenReply(reply: FastifyReply, token: IssuedToken): IssuedToken {
  reply
    .header('x-xet-cas-url', token.casUrl)
    .header('x-xet-access-token', token.accessToken)
    .header('x-xet-token-expiration', String(token.exp))
  return token
}

function bindUploads(scope: HttpScope, deps: XetDeps): void {
  const forms = <R extends Route>(route: R): R[] => [route, withPath(route, route.path.replace('/v1/', '/'))]
  const bodies = new Turns({
    units: MAX_HELD_BYTES,
    unitsPerKey: MAX_HELD_BYTES_PER_USER,
    waiting: MAX_WAITING_UPLOADS,
  })
  const shards = new Turns({ units: MAX_SHARDS, unitsPerKey: 1, waiting: MAX_WAITING_UPLOADS })
  for (const route of forms(uploadXorb)) {
    scope.bind(route, async ({ params, request }) => {
      const grant = await demand(deps, request, 'write')
      const sizeBytes = announcedBytes(request)
      await bodies.take(keyOf(grant), sizeBytes, () =>
        deps.slabs.use(sizeBytes, (pages) =>
          storeXorb(deps, grant, params.hash, { pages, receive: (arrived) => readBody(request, pages, arrived) }),
        ),
      )
      // Always the same: whether somebody else had these bytes is nobody's business (xet.md, existence oracles).
      return { was_inserted: true }
    })
  }
  for (const route of forms(uploadShard)) {
    scope.bind(route, async ({ request }) => {
      const grant = await demand(deps, request, 'write')
      const isNew = await bodies.take(keyOf(grant), announcedBytes(request), async () => {
        const room = Buffer.allocUnsafeSlow(announcedBytes(request))
        const bytes = room.subarray(0, await readBody(request, room))
        return await shards.take(keyOf(grant), 1, () => registerShard(deps, grant, bytes))
      })
      return { result: isNew ? (1 as const) : (0 as const) }
    })
  }
  scope.bind(grantXorb, async () => {
    throw refuse('EntryNotFound', 'No direct uploads here.')
  })
}

function bindReads(scope: HttpScope, deps: XetDeps): void {
  const unversioned = <R extends Route>(route: R): R[] => [route, withPath(route, route.path.replace('/v1/', '/'))]
  for (const route of unversioned(queryChunk)) {
    scope.bind(route, async ({ params, request, reply }) => {
      const answer = await answerDedup(deps, await demand(deps, request, 'read'), params.hash)
      if (!answer) throw refuse('EntryNotFound', 'No such chunk.')
      return reply.type('application/octet-stream').send(answer)
    })
  }
  for (const route of unversioned(reconstructionV1)) {
    scope.bind(route, async ({ params, request }) => {
      const { plan, url } = await reconstruct(
        deps,
        await demand(deps, request, 'read'),
        params.hash,
        request.headers.range,
      )
      const entries = [...plan.fetches].map(([xorb, ranges]) => [
        xorb,
        ranges.map((range) => ({ range: chunkRange(range), url: url(xorb, range), url_range: byteRange(range) })),
      ])
      return {
        offset_into_first_range: plan.offsetIntoFirstTerm,
        terms: answerTerms(plan),
        fetch_info: Object.fromEntries(entries),
      }
    })
  }
  scope.bind(reconstructionV2, async ({ params, request }) => {
    const { plan, url } = await reconstruct(
      deps,
      await demand(deps, request, 'read'),
      params.hash,
      request.headers.range,
    )
    const entries = [...plan.fetches].map(([xorb, ranges]) => [
      xorb,
      ranges.map((range) => ({
        url: url(xorb, range),
        ranges: [{ chunks: chunkRange(range), bytes: byteRange(range) }],
      })),
    ])
    return {
      offset_into_first_range: plan.offsetIntoFirstTerm,
      terms: answerTerms(plan),
      xorbs: Object.fromEntries(entries),
    }
  })
  scope.bind(headXorb, async ({ params, request, reply }) => {
    const grant = await demand(deps, request, 'read')
    const isTheirs = grant.mayProbe && (await holdsXorb(deps.db, grant, params.hash))
    const xorb = isTheirs ? (await findXorbs(deps.db, [params.hash])).get(params.hash) : undefined
    if (!xorb) throw refuse('EntryNotFound', 'No such xorb.')
    return reply.header('content-length', xorb.serialisedBytes.toString()).send()
  })
  scope.bind(fetchXorb, async ({ reply, ...asked }) => sendSpan(deps, asked, reply))
}

/** One signed span. The signature is the authorisation; a token sent along is not looked at. */
async function sendSpan(
  deps: XetDeps,
  asked: {
    readonly params: { hash: string; span: string }
    readonly query: LinkQuery
    readonly request: FastifyRequest
  },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { params, query, request } = asked
  const nowS = Math.floor(deps.clock.now().getTime() / 1000)
  const pass = deps.keys.readLink(params.hash, params.span, query, nowS)
  if (!pass || !(await deps.stillMay(pass, 'read', request.ip))) throw refuse('XetLinkInvalid')
  const xorb = (await findXorbs(deps.db, [params.hash])).get(params.hash)
  const [start = 0, last = 0] = params.span.split('-').map(Number)
  const blob = xorb ? await openSpan(deps, xorb.blobKey, { start, endExclusive: last + 1 }) : null
  if (!blob) throw refuse('EntryNotFound', 'No such xorb.')
  return reply
    .code(206)
    .type('application/octet-stream')
    .header('content-range', `bytes ${start}-${last}/${blob.sizeBytes}`)
    .header('content-length', last + 1 - start)
    .header('cache-control', 'private, max-age=3600, immutable')
    .send(blob.body)
}

/** A file of this machine is read through memory that is used again, which costs half. */
async function openSpan({ blobs }: XetDeps, key: string, range: ByteRange) {
  const path = blobs.localPath(key)
  if (path === null) return await blobs.get(key, range)
  const facts = await blobs.stat(key)
  if (facts === null || range.endExclusive > facts.sizeBytes) return null
  return { sizeBytes: facts.sizeBytes, body: new FileBytes(path, range.start, range.endExclusive) }
}

function withPath<R extends Route>(route: R, path: string): R {
  return { ...route, id: `${route.id}.plain`, path }
}

/** The grant of the token; access that was taken away since ends it. */
async function demand(deps: XetDeps, request: FastifyRequest, scope: 'read' | 'write'): Promise<XetGrant> {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const grant = deps.keys.readToken(token, Math.floor(deps.clock.now().getTime() / 1000))
  if (!grant) throw refuse('InvalidCredentials', 'The Xet token is missing, forged or expired.')
  if (scope === 'write' && grant.scope !== 'write') throw refuse('InsufficientScope', 'This Xet token may only read.')
  if (!(await deps.stillMay(grant, scope === 'read' ? 'read' : 'upload', request.ip))) {
    throw refuse('InvalidCredentials', 'The Xet token is missing, forged or expired.')
  }
  return grant
}

const keyOf = (grant: XetGrant): string => grant.holder?.userId ?? grant.repoId

/** What a body will take in memory. */
function announcedBytes(request: FastifyRequest): number {
  const announced = Number(request.headers['content-length'] ?? MAX_BODY)
  if (announced > MAX_BODY) throw refuse('BodyTooLarge')
  return Math.max(1, announced)
}

/** Reads the whole body into the room made for it; its size. `arrived` hears how far it is. Throws `BodyTooLarge`. */
async function readBody(
  request: FastifyRequest,
  room: Buffer,
  arrived: (sizeBytes: number) => void = () => undefined,
): Promise<number> {
  const timer = setTimeout(() => request.raw.destroy(), BODY_TIMEOUT_MS)
  const body = (request.body ?? request.raw) as Readable
  let sizeBytes = 0
  // Iterating over the stream costs twice as much.
  const take = (part: Buffer): void => {
    if (sizeBytes + part.length > room.length) return void body.destroy(refuse('BodyTooLarge'))
    if (part.length === 0) return
    // What copies into shared memory goes byte by byte; `fill` does not.
    room.fill(part, sizeBytes, sizeBytes + part.length)
    sizeBytes += part.length
    arrived(sizeBytes)
  }
  body.on('data', take)
  try {
    await finished(body)
    return sizeBytes
  } finally {
    body.off('data', take)
    clearTimeout(timer)
  }
}
