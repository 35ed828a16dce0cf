import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Family, refuse, type Route, StoaError } from '@stoa/contracts'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { RecordDenial } from '../audit/record-denials.js'
import type { Ids } from '../ids.js'
import type { Log } from '../log.js'
import type { Authenticate } from './actor.js'
import { bindRoute, type Handler } from './bind.js'
import { allowBrowserClients } from './cors.js'
import { DIALECTS } from './dialects.js'
import { installParsers } from './parsers.js'
import type { RateLimiter } from './rate-limit.js'
import { requestIdFor } from './request-id.js'

const MAX_PATH_PART = 2048
const DEFAULT_BODY_BYTES = 1024 * 1024
const MAX_HEADER_BYTES = 32 * 1024
/** Longer than clients keep idle connections (60 s), so that none sends into one that is being closed. */
const KEEP_ALIVE_MS = 75_000
/** A year of https only, for this host and none below it. */
const HSTS = 'max-age=31536000'

/** The routes of one protocol; they share parsers and the way refusals are written. */
export interface HttpScope {
  bind<R extends Route>(route: R, handler: Handler<R>): void
}

/** A handler that is asked before Fastify; it returns false when the request is not for it. */
export type Door = (request: IncomingMessage, response: ServerResponse, requestId: string) => boolean

export interface Http {
  scope(family: Family): HttpScope
  /** Adds a door in front of the router (the `/v1` path of gateway-speed.md §2). */
  door(door: Door): void
  /** Answers what no route matches; the web shell. */
  fallback(handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): void
  /** Every bound route, for the reference and the permission matrix. */
  routes(): readonly Route[]
  /** Builds the router from what was bound; `listen` does it when nobody did. Nothing can be bound afterwards. */
  prepare(): Promise<void>
  listen(host: string, port: number): Promise<{ port: number }>
  close(): Promise<void>
}

export interface HttpDeps {
  readonly authenticate: Authenticate
  readonly limiter: RateLimiter
  readonly publicUrl: () => string
  readonly checkResponses: boolean
  readonly recordDenial?: RecordDenial
  /** Whether a `Host` header names this server; others are answered 421. */
  readonly isKnownHost?: (host: string | undefined) => boolean
  readonly ids: Ids
  readonly log: Log
}

interface Bound {
  readonly route: Route
  readonly register: (scope: FastifyInstance) => void
}

export function createHttp(deps: HttpDeps): Http {
  const doors: Door[] = []
  const families = new Map<Family, Bound[]>()
  let listener: RequestListener = () => {}
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true }, (request, response) => {
    const requestId = requestIdFor(request.headers, deps.ids.next())
    if (deps.isKnownHost && !deps.isKnownHost(request.headers.host)) return answerMisdirected(response)
    for (const door of doors) if (door(request, response, requestId)) return
    request.headers['x-request-id'] = requestId
    listener(request, response)
  })
  server.requestTimeout = 0
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const app = createApp(server, deps, (handler) => {
    listener = handler
  })
  let answerUnknown: Fallback = (request, reply) => renderError(deps, 'hub', refuse('NotFound'), request, reply)
  prepareApp(app, deps, (request, reply) => answerUnknown(request, reply))
  let prepared: Promise<void> | null = null
  const prepare = (): Promise<void> => {
    if (prepared === null) {
      for (const [family, bound] of families) registerFamily(app, deps, family, bound)
      prepared = Promise.resolve(app.ready()).then(() => undefined)
    }
    return prepared
  }

  return {
    scope: (family) => ({
      bind: (route, handler) => {
        const bound = families.get(family) ?? []
        bound.push({ route, register: (scope) => bindRoute(scope, deps, route, handler) })
        families.set(family, bound)
      },
    }),
    door: (door) => void doors.push(door),
    fallback: (handler) => {
      answerUnknown = handler
    },
    routes: () => [...families.values()].flat().map((bound) => bound.route),
    prepare,
    listen: async (host, port) => {
      await prepare()
      await listenOn(server, host, port)
      return { port: (server.address() as AddressInfo).port }
    },
    close: async () => {
      server.closeAllConnections()
      await app.close()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Asked under a name that is not ours; nothing else is done for such a request. */
function answerMisdirected(response: ServerResponse): void {
  const { code, status, message } = refuse('MisdirectedRequest')
  response.writeHead(status, { 'content-type': 'application/json', 'x-error-code': code, connection: 'close' })
  response.end(JSON.stringify({ error: message }))
}

function createApp(server: Server, deps: HttpDeps, setHandler: (handler: RequestListener) => void): FastifyInstance {
  return Fastify({
    serverFactory: (handler) => {
      setHandler(handler)
      return server
    },
    routerOptions: { maxParamLength: MAX_PATH_PART, ignoreDuplicateSlashes: false },
    bodyLimit: DEFAULT_BODY_BYTES,
    // A proxy that ends TLS on this machine tells whose request it is; nobody else is believed.
    trustProxy: 'loopback',
    logger: false,
    // An address that cannot be read meets no route; it is answered all the same.
    frameworkErrors: (_error, request, reply) =>
      void renderError(
        deps,
        'hub',
        refuse('InvalidRequest', 'The address cannot be read.'),
        request as never,
        reply as never,
      ),
  }) as unknown as FastifyInstance
}

type Fallback = (request: FastifyRequest, reply: FastifyReply) => unknown

function prepareApp(app: FastifyInstance, deps: HttpDeps, answerUnknown: Fallback): void {
  app.decorateRequest('stoaActor', null as never)
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-request-id', request.headers['x-request-id'])
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'strict-origin-when-cross-origin')
      .header('cross-origin-opener-policy', 'same-origin')
    if (deps.publicUrl().startsWith('https:')) reply.header('strict-transport-security', HSTS)
  })
  allowBrowserClients(app)
  app.setErrorHandler((error, request, reply) => renderError(deps, 'hub', error as FastifyError, request, reply))
  app.setNotFoundHandler(answerUnknown)
}

function registerFamily(app: FastifyInstance, deps: HttpDeps, family: Family, bound: readonly Bound[]): void {
  app.register(async (scope) => {
    installParsers(scope, family)
    scope.setErrorHandler((error, request, reply) => renderError(deps, family, error as FastifyError, request, reply))
    for (const { register } of bound) register(scope)
  })
}

function renderError(
  deps: HttpDeps,
  family: Family,
  error: FastifyError | StoaError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = toRefusal(error)
  const requestId = String(request.headers['x-request-id'])
  if (refusal.status >= 500) deps.log.error('request failed', error, { requestId, path: request.url })
  const rendered = DIALECTS[family](refusal, requestId)
  return reply.code(rendered.status).headers(rendered.headers).type(rendered.contentType).send(rendered.body)
}

function toRefusal(error: FastifyError | StoaError): StoaError {
  if (error instanceof StoaError) return error
  if (error.statusCode === 413) return refuse('BodyTooLarge')
  if (error.statusCode === 415) return refuse('UnsupportedMediaType')
  if (error.statusCode !== undefined && error.statusCode < 500) return refuse('InvalidBody', error.message)
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return refuse('StorageFull')
  return refuse('Internal')
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
