import { Readable } from 'node:stream'
import {
  accessReport,
  askAccess as askAccessRoutes,
  getGate,
  grantAccess as grantAccessRoute,
  handleAccessRequest,
  handleAccessRequests,
  listAccessRequests,
  listMyAccessRequests,
  MY_ACCESS_REQUESTS,
  type RepoType,
  withdrawAccessRequest,
} from '@stoa/contracts'
import { linkNext } from '../../../kit/http/link-next.js'
import type { Http } from '../../../kit/http/server.js'
import { includesRight, type Repo, repoPath } from '../../repos/index.js'
import type { AccessRequest } from '../access-request.js'
import { askAccess } from '../ask-access.js'
import {
  decideRequest,
  demandGate,
  grantAccess,
  type RequestTarget,
  type Verdict,
  withdrawRequest,
} from '../decide-request.js'
import type { GateForms } from '../load-form.js'
import { listMyRequests } from '../my-requests.js'
import { showRequests } from '../show-request.js'
import { writeReport } from '../write-report.js'
import type { GateDeps, SignedIn } from '../deps.js'
import { countRequests, findRequestOf, listRequests, type RequestPlace } from '../queries.js'
import { readFormBody } from './read-form-body.js'

const TYPES: readonly RepoType[] = ['model', 'dataset', 'space', 'kernel']
const MAX_FORM_BYTES = 256 * 1024

export interface GateRouteDeps extends GateDeps {
  readonly gateForms: GateForms
}

/** Gated repositories: asking, deciding, lists (hub-api 2.28 to 2.34). */
export function bindGates(http: Http, deps: GateRouteDeps): void {
  for (const type of TYPES) {
    bindAsking(http, deps, type)
    bindReport(http, deps, type)
  }
  bindReview(http, deps)
  bindStanding(http, deps)
}

function bindAsking(http: Http, deps: GateRouteDeps, type: RepoType): void {
  http.scope('hub').bind(askAccessRoutes[type], async (asked) => {
    const { namespace, name } = asked.params
    const { repo } = await deps.repos.openNamed(asked, type, `${namespace}/${name}`, 'see')
    const answers = await readFormBody(asked.request, MAX_FORM_BYTES)
    const form = await deps.gateForms.load(repo)
    const status = await askAccess(deps, asked.actor, { repo, form, answers })
    if (asked.request.headers.accept?.includes('application/json')) return { status }
    return asked.reply.code(303).header('location', repoPath(repo)).send()
  })
}

function bindReport(http: Http, deps: GateRouteDeps, type: RepoType): void {
  http.scope('hub').bind(accessReport[type], async (asked) => {
    const { namespace, name } = asked.params
    const { repo } = await deps.repos.openNamed(asked, type, `${namespace}/${name}`, 'write')
    demandGate(repo)
    const { format } = asked.query
    const file = `${repo.namespace}-${repo.name}-access.${format}`
    return asked.reply
      .header('content-disposition', `attachment; filename="${file}"`)
      .header('cache-control', 'no-store')
      .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
      .send(Readable.from(writeReport(deps, repo, format)))
  })
}

function bindReview(http: Http, deps: GateRouteDeps): void {
  const hub = http.scope('hub')
  hub.bind(listAccessRequests, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'write')
    demandGate(repo)
    const { limit, after } = asked.query
    const { status } = asked.params
    const page = await listRequests(deps.db, repo.id, { status, after: readCursor(after), limit })
    const last = page.at(-1)
    if (last && page.length === limit) linkNext(deps, asked.request, asked.reply, { after: writeCursor(last) })
    return await showRequests(deps.accounts, deps.db, page)
  })
  hub.bind(handleAccessRequest, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'write')
    await decideRequest(deps, asked.actor, repo, asked.body, asked.body)
    return { success: true as const }
  })
  hub.bind(grantAccessRoute, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'write')
    await grantAccess(deps, asked.actor, repo, asked.body)
    return { success: true as const }
  })
  hub.bind(handleAccessRequests, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'write')
    demandGate(repo)
    const results = []
    for (const target of asked.body.requests) {
      results.push({ ...target, ...(await tryDecide(deps, asked.actor, repo, target, asked.body)) })
    }
    return results
  })
  hub.bind(withdrawAccessRequest, async (asked) => {
    const { repo } = await deps.repos.openRepo(asked, 'see')
    await withdrawRequest(deps, asked.actor, repo)
    return { success: true as const }
  })
}

const BATCH_ERRORS: Readonly<Record<string, 'user_not_found' | 'request_not_found'>> = {
  AccountNotFound: 'user_not_found',
  AccessRequestNotFound: 'request_not_found',
}

async function tryDecide(deps: GateRouteDeps, actor: SignedIn, repo: Repo, target: RequestTarget, verdict: Verdict) {
  try {
    await decideRequest(deps, actor, repo, target, verdict)
    return { ok: true }
  } catch (thrown) {
    const error = BATCH_ERRORS[(thrown as { code?: string }).code ?? '']
    if (error === undefined) throw thrown
    return { ok: false, error }
  }
}

function bindStanding(http: Http, deps: GateRouteDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(getGate, async (asked) => {
    const { repo, right } = await deps.repos.openRepo(asked, 'see')
    const { actor } = asked
    const mine = actor.kind === 'user' ? await findRequestOf(deps.db, repo.id, actor.userId) : null
    return {
      gated: repo.gated === 'false' ? (false as const) : repo.gated,
      form: await deps.gateForms.load(repo),
      canPass: includesRight(right, 'read'),
      mine: mine && showStanding(mine),
      counts: includesRight(right, 'write') ? await countRequests(deps.db, repo.id) : null,
    }
  })
  stoa.bind(listMyAccessRequests, async ({ actor }) => {
    const mine = await listMyRequests(deps, actor, MY_ACCESS_REQUESTS)
    return mine.map(({ repo, request }) => ({
      repo: { type: repo.type, name: repo.fullName },
      ...showStanding(request),
    }))
  })
}

const showStanding = ({ status, requestedAt, reviewedAt, rejectionReason }: AccessRequest) => ({
  status,
  requestedAt: requestedAt.toISOString(),
  reviewedAt: reviewedAt?.toISOString() ?? null,
  rejectionReason,
})

const writeCursor = ({ requestedAt, id }: RequestPlace): string =>
  Buffer.from(`${requestedAt.toISOString()} ${id}`).toString('base64url')

/** A cursor that cannot be read begins at the first page. */
function readCursor(text: string | undefined): RequestPlace | null {
  const [time = '', id = ''] = Buffer.from(text ?? '', 'base64url')
    .toString('utf8')
    .split(' ')
  const requestedAt = new Date(time)
  return Number.isNaN(requestedAt.getTime()) || !/^[0-9a-z]{1,64}$/i.test(id) ? null : { requestedAt, id }
}
