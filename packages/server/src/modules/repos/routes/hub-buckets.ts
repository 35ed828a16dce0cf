import {
  createBucket as createBucketRoute,
  deleteBucket as deleteBucketRoute,
  getBucket,
  listBuckets,
  refuse,
  updateBucketSettings,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import { linkNext } from '../../../kit/http/link-next.js'
import type { Http } from '../../../kit/http/server.js'
import { visibleTo } from '../../accounts/index.js'
import type { Right } from '../access.js'
import { type Bucket, bucketPath, showBucket } from '../buckets/bucket.js'
import { deleteBucket, setBucketVisibility } from '../buckets/change-bucket.js'
import { createBucket } from '../buckets/create-bucket.js'
import { findBucket } from '../buckets/find-bucket.js'
import { listAccountBuckets } from '../queries/buckets.js'
import { moved, type RepoRouteDeps } from './repo-routes.js'

interface Asked {
  readonly actor: Actor
  readonly request: FastifyRequest
  readonly params: { readonly namespace: string; readonly name: string }
}

/** The bucket an address names, with the right the route needs. A read under an old name is redirected. */
export async function openBucket(deps: RepoRouteDeps, asked: Asked, needed: Right): Promise<Bucket> {
  const fullName = `${asked.params.namespace}/${asked.params.name}`
  const { bucket, isMoved } = await findBucket(deps, asked.actor, fullName, needed)
  const isRead = asked.request.method === 'GET' || asked.request.method === 'HEAD'
  if (isMoved && isRead) throw moved(asked.request.url, fullName, bucket.fullName)
  return bucket
}

/** Life cycle and settings of buckets (hub-api 5.9). */
export function bindHubBuckets(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(createBucketRoute, async ({ actor, params, body }) => {
    const fullName = `${params.namespace}/${params.name}`
    const bucket = await createBucket(deps, actor, { fullName, visibility: wantedVisibility(body ?? {}) })
    return { url: deps.publicUrl() + bucketPath(bucket), name: bucket.fullName, id: bucket.id }
  })
  hub.bind(getBucket, async (asked) => showBucket(await openBucket(deps, asked, 'read')))
  hub.bind(listBuckets, async ({ actor, params, query, request, reply }) => {
    const accountId = await accountIdOf(deps, actor, params.namespace)
    return await listPage(deps, { actor, request, reply, query }, accountId)
  })
  hub.bind(deleteBucketRoute, async ({ actor, params }) => {
    await deleteBucket(deps, actor, `${params.namespace}/${params.name}`)
    return { deleted: true }
  })
  hub.bind(updateBucketSettings, async (asked) => {
    const bucket = await openBucket(deps, asked, 'admin')
    const { visibility } = await setBucketVisibility(deps, bucket, wantedVisibility(asked.body))
    return { visibility, private: visibility !== 'public' }
  })
}

interface Wanted {
  readonly visibility?: Bucket['visibility'] | null | undefined
  readonly private?: boolean | null | undefined
}

/** `visibility` wins over the older `private`; null when neither is given. */
function wantedVisibility(wanted: Wanted): Bucket['visibility'] | null {
  if (wanted.visibility) return wanted.visibility
  if (wanted.private === undefined || wanted.private === null) return null
  return wanted.private ? 'private' : 'public'
}

async function accountIdOf(deps: RepoRouteDeps, actor: Actor, namespace: string): Promise<string> {
  if (namespace === 'me') {
    if (actor.kind === 'anonymous') throw refuse('Unauthorized')
    return actor.userId
  }
  const account = await deps.accounts.findAccount(deps.db, namespace)
  if (!account) throw refuse('NotFound', 'There is no such account.')
  return account.id
}

interface ListAsked {
  readonly actor: Actor
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly query: { readonly search?: string | undefined; readonly limit: number; readonly cursor?: string | undefined }
}

async function listPage(deps: RepoRouteDeps, asked: ListAsked, accountId: string) {
  const { search = '', limit, cursor = null } = asked.query
  const listing = { search: search.replaceAll('\0', ''), beforeId: cursor, limit, visible: visibleTo(asked.actor) }
  const page = await listAccountBuckets(deps.db, accountId, listing)
  const last = page.at(-1)
  if (last && page.length === limit) linkNext(deps, asked.request, asked.reply, { cursor: last.id })
  return page.map(showBucket)
}
