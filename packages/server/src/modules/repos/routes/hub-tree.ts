import {
  compareRevisions,
  listCommits as listCommitsRoute,
  listRootTree,
  listTree as listTreeRoute,
  pathsInfo,
  pathsInfoBody,
  refuse,
  rootTreeSize,
  treeSize,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import { linkNext } from '../../../kit/http/link-next.js'
import type { Http } from '../../../kit/http/server.js'
import { compareCommits } from '../browse/compare.js'
import { type CommitInfo, listCommits, listPathCommits } from '../browse/list-commits.js'
import { listPaths, listTree, type TreeQuery } from '../browse/list-tree.js'
import { measureTree } from '../browse/tree-size.js'
import { trimSlashes } from '../files/path-rules.js'
import type { Repo } from '../repo.js'
import { splitRevision } from '../resolve-revision.js'
import { revisionOf, withRawRevision } from './hub-commit.js'
import { callerOf } from './count-later.js'
import { openRepo, type RepoRouteDeps } from './repo-routes.js'

const MAX_FORM_BYTES = 4 * 1024 * 1024
const MAX_PATHS = 1000

/** Browsing (hub-api 4.6). */
export function bindHubTree(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(listRootTree, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    return await sendTree(deps, asked, repo, asked.params.rev, '')
  })
  hub.bind(listTreeRoute, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const { rev, path } = splitRevision(asked.params.rev, asked.params['*'])
    return await sendTree(deps, asked, repo, rev, trimSlashes(path))
  })
  for (const path of withRawRevision(pathsInfo.path)) {
    hub.bind({ ...pathsInfo, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'read')
      const { paths, expand } = await readPaths(asked.request)
      return await listPaths(deps, repo, revisionOf(asked.params), paths.map(trimSlashes), expand)
    })
  }
  hub.bind(rootTreeSize, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    return { path: '', size: await measureTree(deps, repo, asked.params.rev, '') }
  })
  hub.bind(treeSize, async (asked) => {
    const { repo } = await openRepo(deps, asked, 'read')
    const { rev, path } = splitRevision(asked.params.rev, trimSlashes(asked.params['*']))
    return { path, size: await measureTree(deps, repo, rev, trimSlashes(path)) }
  })
  bindHistory(http, deps)
}

function bindHistory(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  for (const path of withRawRevision(listCommitsRoute.path)) {
    hub.bind({ ...listCommitsRoute, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'read')
      const { p, limit } = asked.query
      const isFormatted = [...asked.query.expand, ...asked.query['expand[]']].includes('formatted')
      const path = trimSlashes(asked.query.path ?? '')
      if (path !== '') {
        const some = { path, skip: p * limit, limit }
        const { commits, hasMore } = await listPathCommits(deps, repo, revisionOf(asked.params), some)
        if (hasMore) linkNext(deps, asked.request, asked.reply, { p: String(p + 1) })
        return commits.map((commit) => showCommit(commit, isFormatted))
      }
      const page = await listCommits(deps, repo, revisionOf(asked.params), { skip: p * limit, limit })
      asked.reply.header('x-total-count', page.totalCount)
      if ((p + 1) * limit < page.totalCount) linkNext(deps, asked.request, asked.reply, { p: String(p + 1) })
      return page.commits.map((commit) => showCommit(commit, isFormatted))
    })
  }
  for (const path of withRawRevision(compareRevisions.path)) {
    hub.bind({ ...compareRevisions, path }, async (asked) => {
      const { repo } = await openRepo(deps, asked, 'read')
      const [base, head, more] = revisionOf(asked.params).split(/\.{2,3}/)
      if (!base || !head || more !== undefined) throw refuse('InvalidRequest', 'Compare as base..head.')
      return asked.reply.type('text/plain; charset=utf-8').send(await compareCommits(deps, repo, base, head))
    })
  }
}

async function sendTree(
  deps: RepoRouteDeps,
  asked: {
    readonly actor: Actor
    readonly query: TreeQuery
    readonly request: FastifyRequest
    readonly reply: FastifyReply
  },
  repo: Repo,
  rev: string,
  path: string,
) {
  const page = await listTree(deps, repo, rev, path, asked.query)
  asked.reply.header('x-repo-commit', page.commitOid)
  // A snapshot that finds its files here by Xet hash asks nothing else of us; a listing without the mark is no download.
  const isMarked = asked.request.headers['x-hf-download-counter'] === '1'
  if (isMarked && page.entries.some((entry) => 'xetHash' in entry)) {
    deps.downloads.count(repo.id, callerOf(asked.actor, asked.request))
  }
  if (page.cursor !== null) linkNext(deps, asked.request, asked.reply, { cursor: page.cursor })
  return page.entries
}

function showCommit(commit: CommitInfo, isFormatted: boolean) {
  const { oid, title, message, authorName, date } = commit
  const formatted = isFormatted ? { formatted: { title: escapeHtml(title), message: escapeHtml(message) } } : {}
  return { id: oid, title, message, authors: [{ user: authorName }], date: date.toISOString(), ...formatted }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char)

/** A form from Python, JSON from JavaScript (hub-api 1.35). */
async function readPaths(request: FastifyRequest): Promise<{ paths: string[]; expand: boolean }> {
  const body = request.body as AsyncIterable<Uint8Array> | object | null | undefined
  const isStream = typeof body === 'object' && body !== null && Symbol.asyncIterator in body
  const fields = isStream ? readForm(await readText(body)) : body
  const parsed = pathsInfoBody.safeParse(fields)
  if (!parsed.success) throw refuse('InvalidRequest', 'Send the paths to look up.')
  const { paths, expand } = parsed.data
  return {
    paths: Array.isArray(paths) ? paths : [paths],
    expand: expand === true || /^(true|1)$/i.test(String(expand)),
  }
}

function readForm(text: string): { paths: string[]; expand: string | null } {
  const form = new URLSearchParams(text)
  const paths = [...form.getAll('paths'), ...form.getAll('paths[]')]
  if (paths.length > MAX_PATHS) throw refuse('InvalidRequest', `At most ${MAX_PATHS} paths are looked up at once.`)
  return { paths, expand: form.get('expand') }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of body) {
    total += chunk.byteLength
    if (total > MAX_FORM_BYTES) throw refuse('BodyTooLarge')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
