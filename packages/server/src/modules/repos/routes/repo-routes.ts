import { refuse, type RepoKind, type RepoType } from '@stoa/contracts'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import type { Right } from '../access.js'
import type { BrowseDeps } from '../browse/browser.js'
import type { DownloadCounter } from '../count-downloads.js'
import { type FoundRepo, findRepo } from '../find-repo.js'
import type { BatchDeps } from '../lfs/batch.js'
import { typeOf } from '../repo-name.js'
import type { StillMay } from '../still-may.js'
import type { TokenIssuer } from '../xet/issue-token.js'

/** What the routes of this module work with. */
export interface RepoRouteDeps extends BrowseDeps, BatchDeps {
  readonly downloads: DownloadCounter
  readonly stillMay: StillMay
  /** Part of the Xet store's addresses. */
  readonly xetStoreId: string
  readonly xetTokens: TokenIssuer
}

export interface RepoAddress {
  readonly kind: RepoKind
  readonly namespace: string
  readonly name: string
}

export interface Asked {
  readonly actor: Actor
  readonly request: FastifyRequest
}

/** A request that names a repository. */
export type AskedRepo = Asked & { readonly params: RepoAddress }

/** The repository an API address names, with the right the route needs. A read under an old name is redirected. */
export function openRepo(
  deps: Pick<RepoRouteDeps, 'db' | 'gates'>,
  asked: AskedRepo,
  needed: Right,
): Promise<FoundRepo> {
  const { kind, namespace, name } = asked.params
  return openNamed(deps, asked, typeOf(kind), `${namespace}/${name}`, needed)
}

export async function openNamed(
  deps: Pick<RepoRouteDeps, 'db' | 'gates'>,
  asked: Asked,
  type: RepoType,
  fullName: string,
  needed: Right,
): Promise<FoundRepo> {
  const found = await findRepo(deps, asked.actor, type, fullName, needed)
  const isRead = asked.request.method === 'GET' || asked.request.method === 'HEAD'
  if (found.isMoved && isRead) throw moved(asked.request.url, fullName, found.repo.fullName)
  return found
}

/** 307 to the same address under the new name; relative, which every client follows (hub-api-2x §2). */
export function moved(url: string, oldName: string, newName: string): Error {
  const path = url.split('?', 1)[0] as string
  const parts = path.split('/')
  const [namespace = '', name = ''] = oldName.toLowerCase().split('/')
  const at = parts.findIndex((part, index) => isNamed(part, namespace) && isNamed(parts[index + 1], name))
  if (at < 0) throw new Error(`the address ${path} does not name ${oldName}`)
  parts.splice(at, 2, ...newName.split('/'))
  return refuse('RepoMoved', undefined, {}, { headers: { location: parts.join('/') + url.slice(path.length) } })
}

function isNamed(part: string | undefined, name: string): boolean {
  return part !== undefined && (part.toLowerCase() === name || part.toLowerCase() === `${name}.git`)
}
