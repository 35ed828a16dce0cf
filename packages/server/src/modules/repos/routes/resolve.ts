import {
  legacyApiRead,
  legacyApiWrite,
  legacyResolve,
  rawFile,
  refuse,
  repoKind,
  type RepoType,
  resolveCached,
  resolveFile,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import { sendBytes } from '../../../kit/http/bytes.js'
import type { Http } from '../../../kit/http/server.js'
import { type OpenFile, openFile } from '../browse/open-file.js'
import { findRepo, repoNotFound } from '../find-repo.js'
import { contentHeaders } from '../files/content-headers.js'
import { findXetHashes } from '../queries/xet.js'
import { typeOf } from '../repo-name.js'
import { splitRevision } from '../resolve-revision.js'
import { countLater } from './count-later.js'
import { openNamed, type RepoRouteDeps } from './repo-routes.js'
import { FILE_INFO, xetHeaders } from './xet-headers.js'

const TYPES = ['model', 'dataset', 'space', 'kernel'] as const

interface FileRequest {
  readonly actor: Actor
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly params: { readonly namespace: string; readonly name: string; readonly rev: string; readonly '*': string }
  readonly query: { readonly download: boolean; readonly noContentDisposition: boolean }
}

/** Bytes of files (hub-api 4.5). HEAD answers with every header itself and never leads elsewhere (hub-api-2x §2). */
export function bindResolve(http: Http, deps: RepoRouteDeps): void {
  const hub = http.scope('hub')
  for (const type of TYPES) {
    hub.bind(resolveFile[type], (asked) => sendFile(deps, asked, type, { asPointer: false, isPinned: false }))
    hub.bind(rawFile[type], (asked) => sendFile(deps, asked, type, { asPointer: true, isPinned: false }))
  }
  hub.bind(resolveCached, (asked) => {
    return sendFile(deps, asked, typeOf(asked.params.kind), { asPointer: false, isPinned: true })
  })
  hub.bind(legacyResolve, async ({ actor }) => {
    throw repoNotFound(actor)
  })
  for (const route of [legacyApiRead, legacyApiWrite]) {
    hub.bind(route, async ({ actor, params }) => {
      const kind = repoKind.safeParse(params.kind)
      if (!kind.success) throw refuse('NotFound')
      // Under a repository that is there, it is the address that is wrong.
      const [namespace = '', name = ''] = params['*'].split('/')
      await findRepo(deps, actor, typeOf(kind.data), `${namespace}/${name}`, 'see')
      throw refuse('NotFound')
    })
  }
}

async function sendFile(
  deps: RepoRouteDeps,
  asked: FileRequest,
  type: RepoType,
  how: { readonly asPointer: boolean; readonly isPinned: boolean },
): Promise<FastifyReply> {
  const { namespace, name } = asked.params
  const { repo } = await openNamed(deps, asked, type, `${namespace}/${name}`, 'read')
  const { rev, path } = splitRevision(asked.params.rev, asked.params['*'])
  const file = await openFile(deps, repo, rev, path, { asPointer: how.asPointer })
  asked.reply.headers(fileHeaders(file, asked.query))
  const xetHash = file.lfs ? (await findXetHashes(deps.db, [file.lfs.oid])).get(file.lfs.oid) : undefined
  if (xetHash !== undefined) {
    const tokenUrl = `${deps.publicUrl()}/api/${repo.type}s/${repo.fullName}/xet-read-token/${file.commitOid}`
    asked.reply.headers(xetHeaders(deps, tokenUrl, xetHash))
    if (asked.request.method === 'GET' && asked.request.headers.accept?.includes(FILE_INFO)) {
      return asked.reply.type(FILE_INFO).send({ hash: xetHash, size: file.sizeBytes, etag: file.etag })
    }
  }
  if (how.isPinned && /^[0-9a-f]{40}$/.test(rev)) {
    const reach = repo.visibility === 'public' && repo.gated === 'false' ? 'public' : 'private'
    // What a reader has stays readable to them; a cache between asks again, so that a repository made private is soon shut.
    asked.reply.header('cache-control', `${reach}, max-age=31536000, s-maxage=30, immutable`)
  }
  if (!how.asPointer) countLater(deps, asked, repo, { isXet: xetHash !== undefined, isSaved: asked.query.download })
  return await sendBytes(asked.request, asked.reply, file)
}

function fileHeaders(file: OpenFile, query: FileRequest['query']): Record<string, string | number> {
  const name = file.path.split('/').at(-1) ?? file.path
  return {
    'x-repo-commit': file.commitOid,
    ...(file.lfs ? { 'x-linked-size': file.lfs.sizeBytes, 'x-linked-etag': file.etag } : {}),
    ...contentHeaders(name, { isDownload: query.download, hasDisposition: !query.noContentDisposition }),
  }
}
