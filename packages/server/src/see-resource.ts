import type { Kit } from './kit/kit.js'
import type { CanSeeResource } from './modules/commerce/index.js'
import type { Repos } from './modules/repos/index.js'

/** Whether somebody may see what a listing sells. Commerce knows resources as opaque names; here `repo:` gets its meaning. */
export function createResourceSight(kit: Kit, repos: Pick<Repos, 'findByName' | 'listVisible'>): CanSeeResource {
  return async (actor, resource) => {
    if (!resource.startsWith('repo:')) return false
    const repo = await repos.findByName(kit.db, 'model', resource.slice('repo:'.length))
    return repo !== null && (await repos.listVisible(actor, [repo.id])).length === 1
  }
}
