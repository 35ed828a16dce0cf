import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { refuse } from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contentPolicy, type PageFacts, renderPage } from './page-html.js'
import { readSite, type Site, type SiteFile } from './site-files.js'

export type { PageFacts } from './page-html.js'

/** Facts of a public page; null for pages that have none; `missing` when nobody without an account may see it. */
export type DescribePage = (path: string) => Promise<PageFacts | null | 'missing'>

export interface WebShellOptions {
  readonly publicUrl: () => string
  readonly describe: DescribePage
  /** Folder of the built pages; by default the one of packages/web. */
  readonly siteDir?: string
  /** Origins a page may send bytes to besides ours: a blob store that takes uploads directly. */
  readonly connectSources?: readonly string[]
}

const SITE_DIR = fileURLToPath(new URL('../../../../web/dist/site', import.meta.url))
/** What no page of ours uses. */
const PERMISSIONS = 'camera=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=()'
/** Addresses of programs: an unknown one is answered in their words, never with a page. */
const PROGRAM_PATHS = /^\/(api|v1|xet|lfs|hf-inference|storage|avatars|healthz|readyz|\.well-known)(\/|$)/
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Stoa</title><p>The pages are not built. Run <code>npm run build</code> and start again; the API works without them.</p></html>`

/** Serves the pages: files with long caching, and index.html with the facts of the asked page for everything else. */
export function createWebShell(options: WebShellOptions) {
  const site = readSite(options.siteDir ?? SITE_DIR)
  const policy = contentPolicy(site.index ?? '', options.connectSources ?? [])
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const path = pathOf(request.url)
    if ((request.method !== 'GET' && request.method !== 'HEAD') || PROGRAM_PATHS.test(path)) throw refuse('NotFound')
    const file = site.files.get(path)
    if (file) return sendFile(file, request, reply)
    if (path.startsWith('/assets/')) throw refuse('NotFound')
    return sendPage(site, policy, options, path, request, reply)
  }
}

function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? '/'
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function sendFile(file: SiteFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const [encoding, body] =
    file.br && /\bbr\b/.test(accepted)
      ? ['br', file.br]
      : file.gzip && /\bgzip\b/.test(accepted)
        ? ['gzip', file.gzip]
        : [undefined, file.plain]
  if (encoding) reply.header('content-encoding', encoding)
  return reply
    .header('vary', 'accept-encoding')
    .header('cache-control', file.isImmutable ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
    .type(file.type)
    .send(body)
}

async function sendPage(
  site: Site,
  policy: string,
  options: WebShellOptions,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.type('text/html; charset=utf-8').header('x-frame-options', 'DENY').header('permissions-policy', PERMISSIONS)
  if (site.index === null) return reply.code(503).send(NOT_BUILT)
  const facts = await options.describe(path)
  const isMissing = facts === 'missing'
  const html = renderPage(site.index, options.publicUrl(), isMissing ? null : facts)
  const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 24)}"`
  reply.header('content-security-policy', policy).header('cache-control', 'no-cache').header('etag', etag)
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  // A person with a session may see what others may not: for them the page itself finds out.
  return reply.code(isMissing && request.headers.cookie === undefined ? 404 : 200).send(html)
}
