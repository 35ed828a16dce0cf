import { Readable } from 'node:stream'
import { type GitRepoType, gitInfoRefs, gitReceivePack, gitUploadPack, refuse } from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Right } from '../access.js'
import type { RepoDeps } from '../deps.js'
import type { Actor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import type { DownloadCounter } from '../count-downloads.js'
import { announce } from '../events.js'
import { callerOf } from './count-later.js'
import { findRepo } from '../find-repo.js'
import { checkPush, demandLargeFiles } from '../commits/check-push.js'
import {
  advertise,
  type GitStorage,
  holdBody,
  MAX_FETCH_BODY_BYTES,
  MAX_PACK_BYTES,
  protocolVersion,
  readBody,
  serveReceivePack,
  serveUploadPack,
} from '../../git/index.js'
import { touchRepo } from '../queries/repos.js'
import type { Repo } from '../repo.js'

export interface GitRouteDeps extends RepoDeps {
  readonly storage: GitStorage
  readonly downloads: DownloadCounter
}

const TYPES: readonly GitRepoType[] = ['model', 'dataset', 'space', 'kernel']

/** Git's smart HTTP: `git clone`, `git fetch`, `git push`, under the name of a repository with or without `.git`. */
export function bindGitRoutes(http: Http, deps: GitRouteDeps): void {
  const git = http.scope('git')
  for (const type of TYPES) {
    const find = (actor: Actor, params: RepoParams, right: Right) =>
      findGitRepo(deps, actor, { type, ...params }, right)
    git.bind(gitInfoRefs[type], async ({ actor, params, query, request, reply }) => {
      const service = query.service
      if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
        throw refuse('InvalidRequest', 'This server speaks git over smart HTTP only. Update your git.')
      }
      const repo = await find(actor, params, service === 'git-upload-pack' ? 'read' : 'write')
      const answer = await advertise(deps, repo, service, versionOf(request))
      return sendGit(reply, `application/x-${service}-advertisement`, answer)
    })
    git.bind(gitUploadPack[type], async ({ actor, params, request, reply }) => {
      const repo = await find(actor, params, 'read')
      const body = await holdBody(request.raw, MAX_FETCH_BODY_BYTES, deps.storage.room)
      const isWhole = isClone(body.bytes)
      const answer = await serveUploadPack(deps, repo, versionOf(request), body.bytes).finally(body.release)
      if (isWhole) deps.downloads.count(repo.id, callerOf(actor, request))
      return sendGit(reply, 'application/x-git-upload-pack-result', Readable.from(answer, { objectMode: false }))
    })
    git.bind(gitReceivePack[type], async ({ actor, params, request, reply }) => {
      const repo = await find(actor, params, 'write')
      const actorId = actor.kind === 'user' ? actor.userId : null
      const answer = await serveReceivePack(
        {
          ...deps,
          checkPush: async (_repoId, pack, packBytes) => {
            await deps.quotas.demandRoom(deps.db, repo.accountId, {
              visibility: repo.visibility,
              bytes: BigInt(packBytes),
            })
            await checkPush(deps.db, repo, pack)
          },
          demandLargeFiles,
          touch: touchRepo,
          announce: (tx, repoId, { name, before, after }) =>
            announce(deps.events, tx, 'repos.updated', { repoId, ref: name, before, after, actorId }),
        },
        repo,
        readBody(request.raw, MAX_PACK_BYTES),
      )
      return sendGit(reply, 'application/x-git-receive-pack-result', answer)
    })
  }
}

/** A fetch by somebody who has nothing yet; the lines of a request are short and plain. */
const isClone = (body: Buffer): boolean => body.includes('want ') && !body.includes('have ')

interface RepoParams {
  readonly namespace: string
  readonly repo: string
}

async function findGitRepo(
  deps: GitRouteDeps,
  actor: Actor,
  asked: RepoParams & { readonly type: GitRepoType },
  right: Right,
): Promise<Repo> {
  const name = asked.repo.replace(/\.git$/i, '')
  return (await findRepo(deps, actor, asked.type, `${asked.namespace}/${name}`, right)).repo
}

const versionOf = (request: FastifyRequest) => protocolVersion(firstOf(request.headers['git-protocol']))
const firstOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

function sendGit(reply: FastifyReply, type: string, body: Buffer | Readable): FastifyReply {
  return reply.header('cache-control', 'no-cache, max-age=0, must-revalidate').type(type).send(body)
}
