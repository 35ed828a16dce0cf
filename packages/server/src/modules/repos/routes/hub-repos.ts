import {
  checkRepoAccess,
  checkRepoWriteAccess,
  createRepo as createRepoRoute,
  deleteRepo as deleteRepoRoute,
  duplicateRepo as duplicateRepoRoute,
  getRepoSettings,
  moveRepo as moveRepoRoute,
  refuse,
  superSquash,
  updateRepoSettings,
} from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { bucketPath } from '../buckets/bucket.js'
import { moveBucket } from '../buckets/change-bucket.js'
import { squashHistory } from '../commits/squash-history.js'
import { createRepo } from '../create-repo.js'
import { deleteRepo } from '../delete-repo.js'
import { duplicateRepo } from '../duplicate-repo.js'
import { firstCard } from '../first-card.js'
import { moveRepo } from '../move-repo.js'
import { repoPath } from '../repo.js'
import { settingsOf, updateSettings, visibilityOf } from '../update-settings.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

/** Life cycle, settings and access checks (hub-api 4.2). */
export function bindHubRepos(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  const urlOf = (repo: Parameters<typeof repoPath>[0]): string => deps.publicUrl() + repoPath(repo)
  bindLifeCycle(http, deps, urlOf)
  hub.bind(getRepoSettings, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'admin')
    return settingsOf(repo, await deps.gates.findNotices(deps.db, repo.id))
  })
  hub.bind(updateRepoSettings, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'admin')
    const updated = await updateSettings(deps, asked.actor, repo, asked.body)
    return settingsOf(updated, await deps.gates.findNotices(deps.db, repo.id))
  })
  hub.bind(checkRepoAccess, async (asked) => {
    await openRepo(deps, asked, 'read')
    return {}
  })
  hub.bind(checkRepoWriteAccess, async (asked) => {
    await openRepo(deps, asked, 'write')
    return {}
  })
  hub.bind(superSquash, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'admin')
    const author = { userId: asked.actor.userId, name: asked.actor.name }
    const message = asked.body?.message ?? null
    return { commitId: await squashHistory(deps, { repo, author, rev: asked.params.rev, message }) }
  })
}

function bindLifeCycle(http: Http, deps: RepoRouteDeps, urlOf: (repo: Parameters<typeof repoPath>[0]) => string): void {
  const hub = http.scope('hub')
  hub.bind(createRepoRoute, async ({ actor, body }) => {
    if (body.type === 'space' && !body.sdk) throw refuse('InvalidRequest', 'A space needs an sdk.')
    const card = firstCard({
      type: body.type,
      title: body.name.split('/').at(-1) ?? body.name,
      sdk: body.sdk,
      license: body.license,
      licenseName: body.license_name,
      licenseLink: body.license_link,
      shortDescription: body.short_description,
    })
    const files = (body.files ?? []).map(({ path, content, encoding }) => ({
      path,
      content: Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'),
    }))
    const { type, name, organization, sdk } = body
    const repo = await createRepo(deps, actor, {
      type,
      name,
      organization,
      visibility: visibilityOf(body),
      sdk: type === 'space' ? sdk : null,
      resourceGroupId: body.resourceGroupId,
      card,
      files,
    })
    return { url: urlOf(repo), name: repo.fullName, id: repo.id }
  })
  hub.bind(deleteRepoRoute, async ({ actor, body }) => {
    const fullName = body.name.includes('/') ? body.name : `${body.organization ?? actor.name}/${body.name}`
    await deleteRepo(deps, actor, body.type, fullName)
    return { deleted: true }
  })
  hub.bind(moveRepoRoute, async ({ actor, body }) => {
    if (body.type === 'bucket') {
      return { url: deps.publicUrl() + bucketPath(await moveBucket(deps, actor, body.fromRepo, body.toRepo)) }
    }
    return { url: urlOf(await moveRepo(deps, actor, body.type, body.fromRepo, body.toRepo)) }
  })
  hub.bind(duplicateRepoRoute, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const request = { to: asked.body.repository, visibility: visibilityOf(asked.body) }
    return { url: urlOf(await duplicateRepo(deps, asked.actor, repo, request)), filesCopyPending: false }
  })
}
