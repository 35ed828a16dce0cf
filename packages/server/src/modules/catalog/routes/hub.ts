import {
  datasetInfo,
  datasetRevisionInfo,
  datasetTagsByType,
  kernelInfo,
  kernelRevisionInfo,
  legacyDatasetInfo,
  legacyKernelInfo,
  legacyModelInfo,
  legacySpaceInfo,
  listDatasets,
  listKernels,
  listModels,
  listSpaces,
  modelInfo,
  modelRevisionInfo,
  modelTagsByType,
  type RepoType,
  safetensorsMetadata,
  spaceInfo,
  spaceRevisionInfo,
  validateYaml,
} from '@stoa/contracts'
import type { CardProblem, CardVerdict } from '@stoa/formats'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Http } from '../../../kit/http/server.js'
import type { CatalogDeps } from '../deps.js'
import { getRepoInfo, type InfoAnswer } from '../get-repo-info.js'
import { getSafetensorsMetadata } from '../get-safetensors-metadata.js'
import { listRepos, type RepoPage } from '../list-repos.js'
import { listTagsByType } from '../list-tags.js'
import { nextLink } from '../listing/cursor.js'

const LISTS = [
  ['model', listModels],
  ['dataset', listDatasets],
  ['space', listSpaces],
  ['kernel', listKernels],
] as const
const INFOS = [
  ['model', modelInfo, modelRevisionInfo, legacyModelInfo],
  ['dataset', datasetInfo, datasetRevisionInfo, legacyDatasetInfo],
  ['space', spaceInfo, spaceRevisionInfo, legacySpaceInfo],
  ['kernel', kernelInfo, kernelRevisionInfo, legacyKernelInfo],
] as const

/** Binds the Hub's lists, information, tags and card checks. */
export function bindHubRoutes(http: Http, deps: CatalogDeps): void {
  const hub = http.scope('hub')
  for (const [type, list] of LISTS) {
    hub.bind(list, async ({ actor, query, request, reply }) =>
      sendPage(deps, await listRepos(deps, actor, type, query), request, reply),
    )
  }
  for (const [type, info, revisionInfo, legacyInfo] of INFOS) {
    hub.bind(info, async ({ actor, params, query, reply }) =>
      sendInfo(
        await getRepoInfo(deps, actor, { type, fullName: `${params.namespace}/${params.name}`, revision: null }, query),
        reply,
      ),
    )
    hub.bind(revisionInfo, async ({ actor, params, query, reply }) => {
      const asked = { type, fullName: `${params.namespace}/${params.name}`, revision: params['*'] }
      return sendInfo(await getRepoInfo(deps, actor, asked, query), reply)
    })
    hub.bind(legacyInfo, async ({ actor, params }) => {
      await deps.repos.findRepo(actor, type satisfies RepoType, params.namespace, 'see')
    })
  }
  hub.bind(modelTagsByType, async ({ query }) => listTagsByType(deps, 'model', query.type))
  hub.bind(datasetTagsByType, async ({ query }) => listTagsByType(deps, 'dataset', query.type))
  hub.bind(safetensorsMetadata, async ({ actor, params }) =>
    getSafetensorsMetadata(deps, actor, `${params.namespace}/${params.name}`, params['*']),
  )
  hub.bind(validateYaml, async ({ body, request, reply }) => {
    const verdict = await deps.cards.run({ kind: 'validate', card: body.content, cardKind: cardKindOf(body.repoType) })
    return sendVerdict(verdict ?? TOO_SLOW, request, reply)
  })
}

const TOO_SLOW: CardVerdict = { errors: [{ message: 'the metadata is too complex to be read' }], warnings: [] }

function cardKindOf(text: string | null | undefined): RepoType {
  const singular = (text ?? 'model').replace(/s$/, '')
  return singular === 'dataset' || singular === 'space' || singular === 'kernel' ? singular : 'model'
}

function sendPage(
  deps: CatalogDeps,
  page: RepoPage,
  request: FastifyRequest,
  reply: FastifyReply,
): RepoPage['items'][number][] {
  if (page.cursor !== null) reply.header('link', nextLink(deps.publicUrl(), request.raw.url ?? '', page.cursor))
  return [...page.items]
}

function sendInfo(answer: InfoAnswer, reply: FastifyReply) {
  return answer.kind === 'info' ? answer.info : reply.redirect(answer.path, 307)
}

/** JSON for programs; `RepoCard.validate` of the Python client asks for plain text and shows it to people. */
function sendVerdict(verdict: CardVerdict, request: FastifyRequest, reply: FastifyReply) {
  reply.code(verdict.errors.length > 0 ? 400 : 200)
  const { errors, warnings } = { errors: verdict.errors.map(showPlace), warnings: verdict.warnings.map(showPlace) }
  if (request.headers.accept !== 'text/plain') return { errors, warnings }
  const line = (kind: string) => (problem: CardProblem) => `- ${kind}: ${problem.message}`
  return reply
    .type('text/plain; charset=utf-8')
    .send([...errors.map(line('Error')), ...warnings.map(line('Warning'))].join('\n'))
}

/** Clients print the message only, so it says itself where to look. */
function showPlace(problem: CardProblem): CardProblem {
  if (problem.line === undefined) return problem
  return { ...problem, message: `${problem.message} (line ${problem.line}, column ${problem.column ?? 1})` }
}
