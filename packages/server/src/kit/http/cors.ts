import type { FastifyInstance } from 'fastify'

const EXPOSED =
  'X-Repo-Commit, X-Request-Id, X-Error-Code, X-Error-Message, X-Total-Count, ETag, Link, Accept-Ranges, Content-Range, Content-Length, X-Linked-Size, X-Linked-ETag, X-Xet-Hash, X-Xet-Refresh-Route, RateLimit, RateLimit-Policy'
const ALLOWED = 'Authorization, Content-Type, Range, Accept, X-HF-Bill-To, X-Request-Id, Idempotency-Key'

/** Lets browser programs of any origin call with a token. Cookies never travel: no `Allow-Credentials` (hub-api 1.1). */
export function allowBrowserClients(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin === undefined) return
    reply.header('access-control-allow-origin', '*')
    reply.header('access-control-expose-headers', EXPOSED)
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      reply
        .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
        .header('access-control-allow-headers', ALLOWED)
        .header('access-control-max-age', '86400')
        .code(204)
        .send()
      return reply
    }
  })
}
