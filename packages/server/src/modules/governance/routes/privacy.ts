import { hash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  downloadExport,
  listPrivacyRequests,
  type PrivacyRequestView,
  refuse,
  requestErasure,
  requestExport,
  withdrawErasure,
} from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import type { GovernanceDeps } from '../deps.js'
import { exportPerson } from '../privacy/export-person.js'
import {
  insertRequest,
  listRequests,
  type PrivacyRequestRow,
  useExport,
  withdrawWaiting,
} from '../queries/privacy-requests.js'

const DAY_MS = 24 * 3_600_000
const ANSWER_WITHIN_MS = 30 * DAY_MS
const COOLING_OFF_MS = 14 * DAY_MS
const LINK_LIFE_MS = 7 * DAY_MS
const SECRET_BYTES = 32
const SHOWN = 50

export interface PrivacyRouteDeps extends GovernanceDeps {
  /** Says what somebody still owns, in words; empty for nothing. */
  listHoldings(userId: string): Promise<string[]>
}

/** A person's own requests: a copy of their data, the deletion of their account. Only the person asks, never a token. */
export function bindPrivacy(http: Http, deps: PrivacyRouteDeps): void {
  bindExports(http, deps)
  const stoa = http.scope('stoa')

  stoa.bind(listPrivacyRequests, async ({ actor }) => {
    requireSession(actor)
    const rows = await listRequests(deps.db, actor.userId, SHOWN)
    const obstacles = await deps.accounts.erasure.listObstacles(deps.db, actor.userId)
    return { requests: rows.map(showRequest), obstacles }
  })

  stoa.bind(requestErasure, async ({ actor, body, request }) => {
    const sessionId = requireSession(actor)
    await demandProof(deps, actor, { password: body.password, address: request.ip })
    const obstacles = await deps.accounts.erasure.listObstacles(deps.db, actor.userId)
    if (body.repositories === 'none') obstacles.push(...(await deps.listHoldings(actor.userId)))
    if (obstacles.length > 0) throw refuse('ErasureBlocked', obstacles.join(' '), { obstacles })
    const now = deps.clock.now()
    const runAt = new Date(now.getTime() + COOLING_OFF_MS)
    const options = { repositories: body.repositories }
    const row = newRequest(deps, actor.userId, { kind: 'erasure', state: 'waiting', runAt, options })
    await deps.write(async (tx) => {
      await insertRequest(tx, row).catch(asPending)
      await deps.accounts.erasure.closeDoors(tx, actor.userId, sessionId)
      await record(deps, tx, actor, { action: 'privacy.request', after: { request: row.id, kind: 'erasure' } })
    })
    return { request: showRequest(row) }
  })

  stoa.bind(withdrawErasure, async ({ actor }) => {
    requireSession(actor)
    await deps.write(async (tx) => {
      const id = await withdrawWaiting(tx, actor.userId, deps.clock.now())
      if (id === null) throw refuse('PrivacyRequestNotFound')
      await record(deps, tx, actor, { action: 'privacy.withdraw', after: { request: id } })
    })
  })
}

function bindExports(http: Http, deps: PrivacyRouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(requestExport, async ({ actor, body, request, reply }) => {
    requireSession(actor)
    await demandProof(deps, actor, { password: body.password, address: request.ip })
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const expiresAt = new Date(deps.clock.now().getTime() + LINK_LIFE_MS)
    const facts = { kind: 'export', state: 'ready', expiresAt, secretHash: sha256(secret), options: {} } as const
    const row = newRequest(deps, actor.userId, facts)
    await deps.write(async (tx) => {
      await insertRequest(tx, row)
      await record(deps, tx, actor, { action: 'privacy.request', after: { request: row.id, kind: 'export' } })
    })
    reply.header('cache-control', 'no-store')
    return { request: showRequest(row), link: `${deps.publicUrl()}/settings/privacy#${row.id}.${secret}` }
  })

  stoa.bind(downloadExport, async ({ actor, params, body, reply }) => {
    requireSession(actor)
    const use = { id: params.requestId, userId: actor.userId, secretHash: sha256(body.secret), now: deps.clock.now() }
    await deps.write(async (tx) => {
      if (!(await useExport(tx, use))) throw refuse('PrivacyRequestNotFound')
      await record(deps, tx, actor, { action: 'privacy.export', after: { request: use.id } })
    })
    return reply
      .type('application/zip')
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="my-data.zip"')
      .send(Readable.from(exportPerson(deps, actor.userId), { objectMode: false }))
  })
}

type Facts = Pick<PrivacyRequestRow, 'kind' | 'state' | 'options'> & Partial<PrivacyRequestRow>

function newRequest(deps: PrivacyRouteDeps, userId: string, facts: Facts): PrivacyRequestRow {
  const createdAt = deps.clock.now()
  const dueAt = new Date(createdAt.getTime() + ANSWER_WITHIN_MS)
  const empty = { secretHash: null, runAt: null, expiresAt: null }
  return { id: deps.ids.next(), userId, createdAt, dueAt, ...empty, ...facts }
}

function record(
  deps: PrivacyRouteDeps,
  tx: Parameters<typeof insertRequest>[0],
  actor: UserActor,
  change: { readonly action: string; readonly after: Readonly<Record<string, string>> },
): Promise<void> {
  return deps.audit.record(tx, { ...change, chain: actor.userId, target: { type: 'user', id: actor.userId } })
}

/**
 * Whoever has a password here gives it again; the others have confirmed a moment ago that it is them, by what they have.
 * Throws `WrongPassword`, `SignInThrottled`, `ConfirmationRequired`.
 */
async function demandProof(
  { accounts }: PrivacyRouteDeps,
  actor: UserActor,
  { password, address }: { readonly password: string | undefined; readonly address: string },
): Promise<void> {
  if (password !== undefined) await accounts.access.checkPassword({ login: actor.name, password, address })
  else if (await accounts.access.hasPassword(actor.userId)) throw refuse('WrongPassword')
  else await accounts.access.demandConfirmed(actor)
}

/** Whoever looks through another person's eyes, or holds a token, is not that person. */
function requireSession(actor: UserActor): string {
  if (actor.auth.type !== 'session' || actor.impersonator) throw refuse('SessionRequired')
  return actor.auth.sessionId
}

function asPending(error: unknown): never {
  const isTaken = (error as { code?: unknown } | null)?.code === '23505'
  throw isTaken ? refuse('PrivacyRequestPending') : error
}

const sha256 = (secret: string): string => hash('sha256', secret, 'hex')

function showRequest(row: PrivacyRequestRow): PrivacyRequestView {
  const { id, kind, state, createdAt, dueAt, runAt, expiresAt } = row
  return {
    id,
    kind,
    state,
    createdAt: createdAt.toISOString(),
    dueAt: dueAt.toISOString(),
    runAt: runAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}
