import * as contracts from '@stoa/contracts'
import { type PlatformAccount, refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { avatarUrlOf } from '../account.js'
import type { PlatformAction } from '../authz/actions.js'
import { can } from '../authz/can.js'
import { demandConfirmed } from '../confirm-session.js'
import { makeLink } from '../one-time-links.js'
import { setPlatformDuties } from '../platform/duties.js'
import { restoreAccount, setVerified, suspendAccount } from '../platform/suspend-account.js'
import { type AccountRow, findAccountRow, pageAccountRows } from '../queries/accounts.js'
import { listLastSeen } from '../queries/credentials.js'
import { listDuties } from '../queries/standing.js'
import type { RouteDeps } from './route-deps.js'

/** Accounts as those who run the platform see and change them. */
export function bindPlatformAccounts(http: Http, deps: RouteDeps): void {
  bindLinks(http, deps)
  const stoa = http.scope('stoa')
  const change = changer(deps)

  stoa.bind(contracts.listPlatformAccounts, async ({ actor, query }) => {
    demandPlatform(actor, 'platform.accounts.read')
    const { limit, cursor, ...filter } = query
    const rows = await pageAccountRows(deps.db, { ...filter, after: cursor, limit: limit + 1 })
    const page = rows.slice(0, limit)
    const nextCursor = rows.length > limit ? (page.at(-1)?.name ?? null) : null
    return { accounts: await showAccounts(deps, page), nextCursor }
  })
  stoa.bind(contracts.getPlatformAccount, async ({ actor, params }) => {
    demandPlatform(actor, 'platform.accounts.read')
    return showAccount(deps, params.name)
  })
  stoa.bind(contracts.suspendAccount, ({ actor, params, body }) =>
    change(actor, 'platform.accounts.suspend', params.name, (tx, account) =>
      suspendAccount(tx, deps, account, { by: actor, reason: body.reason }),
    ),
  )
  stoa.bind(contracts.restoreAccount, ({ actor, params }) =>
    change(actor, 'platform.accounts.suspend', params.name, (tx, account) => restoreAccount(tx, deps, account)),
  )
  stoa.bind(contracts.verifyAccount, ({ actor, params, body }) =>
    change(actor, 'platform.accounts.verify', params.name, (tx, account) =>
      setVerified(tx, deps, account, body.verified),
    ),
  )
  stoa.bind(contracts.setPlatformDuties, ({ actor, params, body }) =>
    change(actor, 'platform.duties.manage', params.name, async (tx, account) => {
      if (account.kind !== 'user') throw refuse('AccountNotFound', 'Only people have duties.')
      await setPlatformDuties(tx, deps, account, { duties: body.duties, byId: actor.userId })
    }),
  )
}

function bindLinks(http: Http, deps: RouteDeps): void {
  http.scope('stoa').bind(contracts.makeSignInLink, async ({ actor, params, body }) => {
    demandPlatform(actor, 'platform.links')
    await demandConfirmed(deps, actor)
    const user = await getKnown(deps.db, params.name)
    if (user.kind !== 'user') throw refuse('AccountNotFound', 'Only people sign in with a password.')
    if (user.state !== 'active') throw refuse('Conflict', `${user.name} is ${user.state}.`)
    const url = await deps.write(async (tx) => {
      const target = { type: 'user', id: user.id }
      await deps.audit.record(tx, { chain: 'platform', action: 'admin.link', target, reason: body.reason })
      return makeLink(tx, deps, { purpose: 'set_password', userId: user.id })
    })
    return { url }
  })
}

/** Throws unless this actor does this for the platform, with this credential. */
export function demandPlatform(actor: UserActor, action: PlatformAction): void {
  const { allow, rule } = can(actor, action, null)
  if (allow) return
  if (rule === 'security.mfa_required') throw refuse('SecondFactorRequired')
  throw rule === 'token.scope'
    ? refuse('InsufficientScope')
    : refuse('Forbidden', 'This needs a duty for the platform.')
}

/** A change of one account; every credential is looked up anew, for a suspended organisation concerns all its members. */
function changer(deps: RouteDeps) {
  return async (
    actor: UserActor,
    action: PlatformAction,
    name: string,
    work: (tx: Tx, account: AccountRow) => Promise<void>,
  ): Promise<PlatformAccount> => {
    demandPlatform(actor, action)
    await deps.write(async (tx) => work(tx, await getKnown(tx, name)))
    deps.authentication.cache.forgetAll()
    return showAccount(deps, name)
  }
}

async function getKnown(db: RouteDeps['db'] | Tx, name: string): Promise<AccountRow> {
  const row = await findAccountRow(db, name)
  if (!row || row.state === 'removed') throw refuse('AccountNotFound')
  return row
}

async function showAccount(deps: RouteDeps, name: string): Promise<PlatformAccount> {
  const [view] = await showAccounts(deps, [await getKnown(deps.db, name)])
  return view as PlatformAccount
}

async function showAccounts(deps: RouteDeps, rows: readonly AccountRow[]): Promise<PlatformAccount[]> {
  const ids = rows.map((row) => row.id)
  const duties = await listDuties(deps.db, ids)
  const seen = await listLastSeen(deps.db, ids)
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    name: row.name,
    fullname: row.fullname,
    avatarUrl: avatarUrlOf(row),
    email: row.email,
    plan: row.plan,
    state: row.state,
    suspendedReason: row.suspendedReason,
    verified: row.verifiedAt !== null,
    duties: [...(row.isAdmin ? (['owner'] as const) : []), ...(duties.get(row.id) ?? [])],
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: seen.get(row.id)?.toISOString() ?? null,
  }))
}
