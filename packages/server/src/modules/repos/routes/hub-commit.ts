import { type CommitLine, createCommit, preupload, refuse } from '@stoa/contracts'
import type { FastifyRequest } from 'fastify'
import type { Http } from '../../../kit/http/server.js'
import { linesOfLegacyCommit, readCommitLines } from '../commits/commit-lines.js'
import { commitFiles } from '../commits/commit-files.js'
import { demandCommitRight } from '../commits/may-commit.js'
import { preuploadFiles } from '../commits/preupload.js'
import { readIncomingCommit } from '../commits/read-operations.js'
import { repoPath } from '../repo.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

/** Uploading (hub-api 4.4). A revision with raw slashes arrives through the second path of each route. */
export function bindHubCommit(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  for (const path of withRawRevision(preupload.path)) {
    hub.bind({ ...preupload, path }, async (asked) => {
      const found = await openRepo(deps, asked, 'read')
      const rev = revisionOf(asked.params)
      await demandCommitRight(deps, asked.actor, found, { rev, createPullRequest: asked.query.create_pr })
      const { files, gitAttributes, gitIgnore } = asked.body
      const answer = await preuploadFiles(deps, found.repo, {
        rev,
        files: files.map(({ path: file, size, sample }) => ({
          path: file,
          sizeBytes: size,
          sample: sample ? Buffer.from(sample, 'base64') : null,
        })),
        gitAttributes,
        gitIgnore,
      })
      return { files: answer.files, ...(answer.commitOid ? { commitOid: answer.commitOid } : {}) }
    })
  }
  for (const path of withRawRevision(createCommit.path)) {
    hub.bind({ ...createCommit, path }, async (asked) => {
      const found = await openRepo(deps, asked, 'read')
      const rev = revisionOf(asked.params)
      const createPullRequest = asked.query.create_pr
      await demandCommitRight(deps, asked.actor, found, { rev, createPullRequest })
      const { header, operations } = await readIncomingCommit(linesOf(asked.request))
      const author = { userId: asked.actor.userId, name: asked.actor.name }
      const request = { repo: found.repo, author, rev, ...header, createPullRequest, operations }
      const { commitOid, pullRequestNum } = await commitFiles(deps, request)
      const url = deps.publicUrl() + repoPath(found.repo)
      const pull = pullRequestNum === null ? {} : { pullRequestUrl: `${url}/discussions/${pullRequestNum}` }
      return { success: true, commitOid, commitUrl: `${url}/commit/${commitOid}`, hookOutput: '', ...pull }
    })
  }
}

/** The path, and the same with `refs/pr/1` unescaped at its end. */
export const withRawRevision = (path: string): readonly string[] => [path, `${path}/*`]

export interface RevisionParams {
  readonly rev: string
  readonly '*'?: string | undefined
}

/** The revision, branch or tag at the end of an address, put together when its slashes were not escaped. */
export function revisionOf(params: RevisionParams): string {
  const rest = params['*']
  return rest === undefined ? params.rev : `${params.rev}/${rest}`
}

function linesOf(request: FastifyRequest): AsyncIterator<CommitLine> {
  const body = request.body as AsyncIterable<Uint8Array> | object | undefined
  if (body === undefined || body === null) throw refuse('InvalidCommit', 'A commit has a body.')
  if (Symbol.asyncIterator in body) return readCommitLines(body)
  return replay(linesOfLegacyCommit(body))
}

async function* replay(lines: readonly CommitLine[]): AsyncGenerator<CommitLine> {
  yield* lines
}
