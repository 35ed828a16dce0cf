import { orgMembers } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { avatarUrlOf, can, getShown, listMembers } from '../../accounts/index.js'
import type { OrgsDeps } from '../deps.js'
import { listGroupsOfMembers } from '../queries/resource-groups.js'

/** Who is in an organisation (hub-api 2.43): names for everybody, roles for members, groups for its admins. */
export function bindMemberList(http: Http, deps: OrgsDeps): void {
  const hub = http.scope('hub')
  hub.bind(orgMembers, async ({ actor, params, query, reply }) => {
    const org = await getShown(deps, params.name, 'org')
    const { search, limit, cursor } = query
    const rows = await listMembers(deps.db, org.id, { search, after: cursor, limit: limit + 1 })
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    if (rows.length > limit && last) {
      const next = new URLSearchParams({ ...(search ? { search } : {}), limit: String(limit), cursor: last.name })
      const address = `${deps.publicUrl()}/api/organizations/${encodeURIComponent(org.name)}/members?${next}`
      reply.header('link', `<${address}>; rel="next"`)
    }
    const isMember = can(actor, 'org.read', { id: org.id, type: 'org', name: org.name }).allow
    const isAdmin = can(actor, 'org.settings.read', { id: org.id, type: 'org', name: org.name }).allow
    const joined = isAdmin
      ? await listGroupsOfMembers(
          deps.db,
          org.id,
          page.map((member) => member.id),
        )
      : []
    const groupsOf = (userId: string) =>
      joined.filter((one) => one.userId === userId).map(({ id, name, role }) => ({ id, name, role }))
    return page.map((member) => ({
      _id: member.id,
      user: member.name,
      fullname: member.fullname,
      avatarUrl: avatarUrlOf(member),
      isPro: false,
      type: 'user' as const,
      ...(isMember ? { role: member.role, duties: [...member.duties] } : {}),
      ...(isAdmin ? { resourceGroups: groupsOf(member.id) } : {}),
    }))
  })
}
