import { avatarImage, orgAvatar, orgOverview, userAvatar, userOverview, whoami } from '@stoa/contracts'
import type { FastifyReply } from 'fastify'
import type { Http } from '../../../kit/http/server.js'
import { avatarUrlOf } from '../account.js'
import { drawAvatar } from '../avatar.js'
import { showOrgOverview, showUserOverview } from '../overview.js'
import type { AccountRow } from '../queries/accounts.js'
import type { CountRepos } from '../repo-counts.js'
import { buildWhoami } from '../whoami.js'
import { getShown, type RouteDeps } from './route-deps.js'

const AVATAR_CACHE = 'public, max-age=86400'

/** The Hub's identity routes (hub-api 1.01, 2.35–2.44) and pictures. */
export function bindHub(http: Http, deps: RouteDeps, countRepos: CountRepos): void {
  bindAvatars(http, deps)
  const hub = http.scope('hub')
  hub.bind(whoami, async ({ actor }) => buildWhoami(deps, actor))

  hub.bind(userOverview, async ({ params }) => {
    const user = await getShown(deps, params.name, 'user')
    return showUserOverview(deps, user, await countRepos(user.id))
  })

  hub.bind(orgOverview, async ({ params }) => {
    const org = await getShown(deps, params.name, 'org')
    return showOrgOverview(deps, org, await countRepos(org.id))
  })
}

function bindAvatars(http: Http, deps: RouteDeps): void {
  const hub = http.scope('hub')
  const send = (row: AccountRow, redirect: string | undefined, reply: FastifyReply) => {
    const avatarUrl = avatarUrlOf(row)
    return redirect === undefined ? { avatarUrl } : reply.redirect(avatarUrl)
  }
  hub.bind(userAvatar, async ({ params, query, reply }) =>
    send(await getShown(deps, params.name, 'user'), query.redirect, reply),
  )
  hub.bind(orgAvatar, async ({ params, query, reply }) =>
    send(await getShown(deps, params.name, 'org'), query.redirect, reply),
  )
  http.scope('web').bind(avatarImage, async ({ params, reply }) =>
    reply
      .type('image/svg+xml')
      .header('cache-control', AVATAR_CACHE)
      .header('content-security-policy', "default-src 'none'")
      .send(drawAvatar(params.file.replace(/\.svg$/, ''))),
  )
}
