import { listOrgRepos, listOwnRepos, refuse, type RepoType } from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { linkNext } from '../../../kit/http/link-next.js'
import type { Http } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { includesRight, rightOn } from '../access.js'
import type { SignedIn } from '../deps.js'
import { listStoredRepos, type StoredRepo } from '../queries/account-repos.js'
import type { RepoRouteDeps } from './repo-routes.js'

interface ListAsked {
  readonly actor: SignedIn
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly query: {
    readonly search?: string | undefined
    readonly type?: RepoType | undefined
    readonly limit: number
    readonly sort?: 'storage' | 'updatedAt' | undefined
    readonly direction?: string | undefined
    readonly cursor?: string | undefined
  }
}

/** What an account stores (hub-api 2.47, 2.48). */
export function bindAccountRepos(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(listOwnRepos, (asked) => listFor(deps, asked, asked.actor.userId))
  hub.bind(listOrgRepos, async (asked) => {
    const account = await deps.accounts.findAccount(deps.db, asked.params.name)
    if (account?.type !== 'org') throw refuse('NotFound', 'There is no such organisation.')
    if (!can(asked.actor, 'org.content.list', account).allow)
      throw refuse('Forbidden', 'Only members of the organisation see this.')
    return await listFor(deps, asked, account.id)
  })
}

async function listFor(deps: RepoRouteDeps, asked: ListAsked, accountId: string) {
  const { search, type, limit, sort, direction, cursor } = asked.query
  const all = (await listStoredRepos(deps.db, accountId)).filter(({ repo }) =>
    includesRight(rightOn(repo, asked.actor), 'read'),
  )
  const total = all.reduce((sum, one) => sum + one.storedBytes, 0n)
  const wanted = all.filter(
    ({ repo }) =>
      (type === undefined || repo.type === type) &&
      (search === undefined || repo.fullName.toLowerCase().includes(search.toLowerCase())),
  )
  if (sort === 'storage') wanted.sort((a, b) => Number(b.storedBytes - a.storedBytes))
  if (direction === '1' || direction === 'asc') wanted.reverse()
  const start = cursor === undefined ? 0 : Number.parseInt(cursor, 36) || 0
  if (start + limit < wanted.length) {
    linkNext(deps, asked.request, asked.reply, { cursor: (start + limit).toString(36) })
  }
  return wanted.slice(start, start + limit).map((one) => showStored(one, total))
}

function showStored({ repo, storedBytes }: StoredRepo, total: bigint) {
  return {
    id: repo.fullName,
    type: repo.type,
    updatedAt: repo.updatedAt.toISOString(),
    visibility: repo.visibility === 'public' ? ('public' as const) : ('private' as const),
    storage: Number(storedBytes),
    storagePercent: total === 0n ? 0 : Number((storedBytes * 10_000n) / total) / 100,
  }
}
