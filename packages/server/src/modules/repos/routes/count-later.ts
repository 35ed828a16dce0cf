import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import type { DownloadCounter } from '../count-downloads.js'
import { type DownloadSigns, hasBroughtBytes, isDownload } from '../download-rule.js'

interface Asked {
  readonly actor: Actor
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Counts a download once its answer went out whole; a connection that was cut counts nothing. */
export function countLater(
  deps: { readonly downloads: DownloadCounter },
  { actor, request, reply }: Asked,
  repo: { readonly id: string },
  signs: Pick<DownloadSigns, 'isXet' | 'isSaved'>,
): void {
  if (!isDownload({ method: request.method, headers: request.headers, ...signs })) return
  reply.raw.once('finish', () => {
    if (hasBroughtBytes(reply.raw.statusCode)) deps.downloads.count(repo.id, callerOf(actor, request))
  })
}

/** What tells one downloader from another: the account, or the address. */
export const callerOf = (actor: Actor, request: FastifyRequest): string =>
  actor.kind === 'user' ? actor.userId : request.ip
