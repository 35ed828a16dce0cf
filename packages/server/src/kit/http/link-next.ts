import type { FastifyReply, FastifyRequest } from 'fastify'

/** `Link` to the next page: absolute, every query parameter repeated (hub-api 1.5). */
export function linkNext(
  deps: { publicUrl(): string },
  request: FastifyRequest,
  reply: FastifyReply,
  next: Readonly<Record<string, string>>,
): void {
  const url = new URL(request.url, deps.publicUrl())
  for (const [key, value] of Object.entries(next)) url.searchParams.set(key, value)
  reply.header('link', `<${deps.publicUrl()}${url.pathname}${url.search}>; rel="next"`)
}
