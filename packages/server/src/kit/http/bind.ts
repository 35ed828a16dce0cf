import {
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  refuse,
  type ResponseOf,
  type Route,
  StoaError,
} from '@stoa/contracts'
import type { RecordDenial } from '../audit/record-denials.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, ANONYMOUS, type Authenticate, mayWrite, type UserActor } from './actor.js'
import type { RateLimiter } from './rate-limit.js'
import { parseWith } from './parse.js'
import { type RequestContext, runInRequest } from './request-context.js'

type ActorOf<R extends Route> = R['auth'] extends 'none' | 'optional' ? Actor : UserActor

/** What a handler is given: everything the contract promises, already checked. */
export interface Context<R extends Route> {
  readonly actor: ActorOf<R>
  readonly params: ParamsOf<R>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Answers a route. Returning `undefined` means the handler sent the reply itself, or 204 when it did not. */
export type Handler<R extends Route> = (context: Context<R>) => Promise<ResponseOf<R> | FastifyReply | undefined | void>

export interface BindDeps {
  readonly authenticate: Authenticate
  readonly limiter: RateLimiter
  /** Origin browsers see; cookies are believed only from it. */
  readonly publicUrl: () => string
  readonly checkResponses: boolean
  readonly recordDenial?: RecordDenial
}

declare module 'fastify' {
  interface FastifyRequest {
    stoaActor: Actor
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Registers a contract: size limit, actor, scope, rate limit, parse, then the handler (houses.md 4.3). */
export function bindRoute<R extends Route>(app: FastifyInstance, deps: BindDeps, route: R, handler: Handler<R>): void {
  app.route({
    method: route.method,
    url: route.path,
    ...(route.bodyLimitBytes === undefined ? {} : { bodyLimit: route.bodyLimitBytes }),
    onRequest: async (request, reply) => {
      request.stoaActor = await admit(deps, route, request)
      const actor = request.stoaActor
      const key = actor.kind === 'user' ? actor.userId : request.ip
      reply.headers(deps.limiter.take(route.rate ?? 'api', key, actor.kind === 'user'))
    },
    handler: async (request, reply) => {
      const context = {
        actor: request.stoaActor,
        params: parseWith(route.params, request.params, 'path'),
        query: parseWith(route.query, request.query, 'query'),
        body: route.body ? parseWith(route.body, request.body, 'body') : request.body,
        request,
        reply,
      } as Context<R>
      const asked = describeRequest(request)
      const result = await noticing(deps, route, asked, () => runInRequest(asked, () => handler(context)))
      // A reply that was returned resolves to nothing once its stream ends, also when the caller left before.
      if (reply.sent || reply.raw.headersSent || result === reply) return reply
      // What a person was shown is for them: no cache on the way keeps it, whatever the address looks like.
      if (isSession(context.actor) && !reply.hasHeader('cache-control'))
        reply.header('cache-control', 'private, no-store')
      if (result === undefined) return reply.code(reply.statusCode === 200 ? 204 : reply.statusCode).send()
      if (deps.checkResponses && route.response) assertResponse(route, result)
      return reply.send(result)
    },
  })
}

const isSession = (actor: Actor): boolean => actor.kind === 'user' && actor.auth.type === 'session'

/** Tells of a refusal to somebody signed in, and passes it on. */
async function noticing<T>(
  deps: BindDeps,
  route: Route,
  { actor }: Pick<RequestContext, 'actor'>,
  work: () => Promise<T>,
) {
  try {
    return await work()
  } catch (error) {
    const isRefused = error instanceof StoaError && error.status === 403
    if (isRefused && actor.kind === 'user') deps.recordDenial?.(route, actor, error.code)
    throw error
  }
}

function describeRequest(request: FastifyRequest): RequestContext {
  return {
    actor: request.stoaActor,
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? '',
    requestId: String(request.headers['x-request-id']),
  }
}

async function admit(deps: BindDeps, route: Route, request: FastifyRequest): Promise<Actor> {
  if (route.auth === 'none') return ANONYMOUS
  const { authorization, cookie } = request.headers
  const actor = await deps.authenticate({ authorization, cookie, address: request.ip })
  if (actor.kind === 'user' && actor.auth.type === 'session') refuseCrossSite(request, deps.publicUrl())
  return noticing(deps, route, { actor }, async () => {
    demandOf(route, request, actor)
    return actor
  })
}

/** What the route asks of whoever is asking, before their right to anything in particular. */
function demandOf(route: Route, request: FastifyRequest, actor: Actor): void {
  if (actor.kind === 'user' && actor.impersonator && !SAFE_METHODS.has(request.method) && !route.isForBorrowed)
    throw refuse('BorrowedView')
  if (route.auth === 'optional') return
  if (actor.kind === 'anonymous') throw refuse('Unauthorized')
  if (route.auth === 'admin' && !actor.isAdmin) {
    if (actor.needsSecondFactor) throw refuse('SecondFactorRequired')
    throw refuse('Forbidden', 'Only an admin of this platform may do this.')
  }
  if (route.auth === 'write' && actor.needsSecondFactor === 'everything') throw refuse('SecondFactorRequired')
  if (route.auth !== 'user' && !mayWrite(actor)) {
    throw refuse('InsufficientScope', 'This access token may only read. Use a token with the write role.')
  }
}

/** A cookie proves who sits at the browser, not which site sent the request. */
export function refuseCrossSite(request: FastifyRequest, publicUrl: string): void {
  if (SAFE_METHODS.has(request.method)) return
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  const isOwn =
    origin === undefined || origin === new URL(publicUrl).origin || origin === `${request.protocol}://${host}`
  if (!isOwn || site === 'cross-site') throw refuse('CrossSiteRequest')
}

function assertResponse(route: Route, result: unknown): void {
  const checked = route.response?.safeParse(result)
  if (checked && !checked.success) {
    throw new Error(`${route.id} answered outside its contract: ${JSON.stringify(checked.error.issues.slice(0, 5))}`)
  }
}
