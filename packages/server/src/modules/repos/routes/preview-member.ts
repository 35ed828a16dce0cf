import { PREVIEW_NAMES_MAX, previewMember, refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { rightOn } from '../access.js'
import { listReposOf } from '../queries/account-repos.js'
import type { Repo } from '../repo.js'
import type { RepoRouteDeps } from './repo-routes.js'

/** What somebody would see of an organisation with another role, before anybody gives it to them. */
export function bindMemberPreview(http: Http, deps: RepoRouteDeps): void {
  http.scope('stoa').bind(previewMember, async ({ actor, params, query }) => {
    const org = await deps.accounts.findAccount(deps.db, params.name)
    if (org?.type !== 'org') throw refuse('AccountNotFound')
    if (!can(actor, 'org.settings.read', org).allow)
      throw refuse('Forbidden', `Only an admin of ${org.name} may do this.`)
    const member = await deps.orgs.previewMember(deps.db, org, params.user, query.role)
    if (!member) throw refuse('AccountNotFound')
    const repos = (await listReposOf(deps.db, org.id)).filter((repo) => repo.visibility !== 'public')
    const now = new Set(repos.filter((repo) => rightOn(repo, member.now) !== 'none'))
    const after = new Set(repos.filter((repo) => rightOn(repo, member.after) !== 'none'))
    return {
      user: member.user,
      roleNow: member.roleNow,
      actions: [...member.actions],
      repos: {
        now: now.size,
        after: after.size,
        lost: name(repos.filter((repo) => now.has(repo) && !after.has(repo))),
        gained: name(repos.filter((repo) => after.has(repo) && !now.has(repo))),
      },
    }
  })
}

const name = (repos: readonly Repo[]) =>
  repos.slice(0, PREVIEW_NAMES_MAX).map((repo) => ({ type: repo.type, name: repo.fullName }))
