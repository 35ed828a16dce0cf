import {
  deleteLfsFile as deleteOneRoute,
  deleteLfsFiles as deleteManyRoute,
  listLfsFiles as listRoute,
  refuse,
  shareLfsFiles,
} from '@stoa/contracts'
import { linkNext } from '../../../kit/http/link-next.js'
import type { Http } from '../../../kit/http/server.js'
import { deleteLfsFiles } from '../lfs/delete-files.js'
import { listLfsFiles } from '../lfs/list-files.js'
import { shareFiles } from '../lfs/share-files.js'
import { openNamed, openRepo, type RepoRouteDeps } from './repo-routes.js'

/** Large files of a repository and their permanent deletion (hub-api 1.46 to 1.48). */
export function bindHubLfsFiles(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(listRoute, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'write')
    const { limit, cursor } = asked.query
    const start = cursor === undefined ? 0 : Number.parseInt(cursor, 36)
    if (!Number.isSafeInteger(start) || start < 0) throw refuse('InvalidRequest', 'This cursor is not one of ours.')
    const files = await listLfsFiles(deps, repo)
    const next = start + limit
    if (next < files.length) linkNext(deps, asked.request, asked.reply, { cursor: next.toString(36) })
    return files.slice(start, next).map(({ sizeBytes, pushedAt, ...file }) => {
      return { ...file, size: sizeBytes, pushedAt: pushedAt.toISOString() }
    })
  })
  hub.bind(deleteManyRoute, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'admin')
    const { sha, rewriteHistory } = asked.body.deletions
    const deletion = { files: sha, rewriteHistory: rewriteHistory ?? false }
    const succeeded = await deleteLfsFiles(deps, asked.actor, repo, deletion)
    return { success: true, processed: sha.length, succeeded }
  })
  hub.bind(deleteOneRoute, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'admin')
    const deletion = { files: [asked.params.sha], rewriteHistory: asked.query.rewriteHistory }
    if ((await deleteLfsFiles(deps, asked.actor, repo, deletion)) === 0) throw refuse('EntryNotFound')
    return {}
  })
  bindSharing(http, deps)
}

function bindSharing(http: Http, deps: RepoRouteDeps): void {
  http.scope('hub').bind(shareLfsFiles, async (asked) => {
    const { target, files } = asked.body
    const source = await openRepo(deps, asked, 'read')
    const to = await openNamed(deps, asked, target.type, target.name, 'write')
    const shared = await shareFiles(
      deps,
      asked.actor,
      source.repo,
      to.repo,
      files.map((file) => file.sha256),
    )
    const failed = files
      .filter((file) => !shared.has(file.sha256))
      .map(({ sha256, xetHash }) => {
        return { sha256, ...(xetHash ? { xetHash } : {}), error: 'The source repository does not hold this file.' }
      })
    if (failed.length > 0) asked.reply.code(207)
    return { success: failed.length === 0, processed: files.length, succeeded: files.length - failed.length, failed }
  })
}
