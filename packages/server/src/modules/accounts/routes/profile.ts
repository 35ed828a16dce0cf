import {
  changePassword,
  getProfile,
  listSessions,
  refuse,
  revokeOtherSessions,
  revokeSession,
  updateProfile,
} from '@stoa/contracts'
import { mayLearnEmail } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { avatarUrlOf } from '../account.js'
import { sessionEndMs } from '../believe.js'
import { can } from '../authz/can.js'
import { confirmSession, demandConfirmed } from '../confirm-session.js'
import { endSessionsOf } from '../end-sessions.js'
import { checkPassword, hashPassword } from '../password.js'
import { type AccountRow, findAccountRowById, updateAccount } from '../queries/accounts.js'
import { findPasswordHash, listSessionRows, upsertPassword } from '../queries/credentials.js'
import { differingFacts, recordAccount, recordSignIn } from '../record-change.js'
import { checkPasswordOf, endSession } from '../sign-in.js'
import { requireSession, type RouteDeps, setSessionCookie } from './route-deps.js'
import { pickDefined } from '../../../kit/http/sent-fields.js'

/** My own account: profile, password, sessions. */
export function bindProfile(http: Http, deps: RouteDeps): void {
  bindSessions(http, deps)
  bindOtherSessions(http, deps)
  const stoa = http.scope('stoa')
  const self = async (userId: string): Promise<AccountRow> => {
    const row = await findAccountRowById(deps.db, userId)
    if (!row) throw refuse('AccountNotFound')
    return row
  }

  stoa.bind(getProfile, async ({ actor }) => {
    const profile = showProfile(await self(actor.userId))
    return mayLearnEmail(actor.auth) ? profile : { ...profile, email: null, emailVerified: false }
  })

  stoa.bind(updateProfile, async ({ actor, body }) => {
    const account = { id: actor.userId, type: 'user', name: actor.name } as const
    if (!can(actor, 'profile.write', account).allow) throw refuse('InsufficientScope')
    const before = await self(actor.userId)
    const patch = pickDefined(body)
    await deps.write(async (tx) => {
      await updateAccount(tx, actor.userId, patch, deps.clock.now())
      const { isSame, ...facts } = differingFacts(before, before, patch)
      if (!isSame) await recordAccount(tx, deps, before, { action: 'user.update', ...facts })
    })
    const after = showProfile(await self(actor.userId))
    return mayLearnEmail(actor.auth) ? after : { ...after, email: null, emailVerified: false }
  })

  stoa.bind(changePassword, async ({ actor, body, request, reply }) => {
    const sessionId = requireSession(actor)
    const user = await self(actor.userId)
    const isFirst = user.mfaSince !== null && (await findPasswordHash(deps.db, user.id)) === null
    const attempt = { login: actor.name, password: body.current ?? '', address: request.ip, isLocalOnly: true } as const
    // Who comes with a passkey and has no password may take one on; it lets in nobody who could not come in already.
    if (isFirst) await demandConfirmed(deps, actor)
    else await checkPasswordOf(deps, attempt)
    await checkPassword(body.next, [user.name, user.fullname, user.email])
    const passwordHash = await hashPassword(body.next)
    const secret = await deps.write(async (tx) => {
      await upsertPassword(tx, user.id, passwordHash, deps.clock.now())
      await endSessionsOf(tx, deps, user.id, sessionId)
      await recordSignIn(tx, deps, user.id, { action: 'auth.password.change' })
      return confirmSession(tx, deps, { id: sessionId, userId: user.id, method: 'password' })
    })
    setSessionCookie(deps, reply, secret)
    deps.authentication.cache.forgetUser(user.id)
  })
}

function bindSessions(http: Http, deps: RouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(listSessions, async ({ actor }) => {
    const current = requireSession(actor)
    const now = deps.clock.now()
    const rows = await listSessionRows(deps.db, actor.userId, now)
    return rows
      .filter((row) => sessionEndMs(row) > now.getTime())
      .map((row) => ({
        id: row.id,
        userAgent: row.userAgent,
        addressPrefix: row.addressPrefix,
        createdAt: row.createdAt.toISOString(),
        lastUsedAt: row.lastUsedAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
        isCurrent: row.id === current,
      }))
  })

  stoa.bind(revokeSession, async ({ actor, params }) => {
    requireSession(actor)
    const wasMine = await deps.write((tx) => endSession(tx, deps, actor.userId, params.sessionId))
    if (!wasMine) throw refuse('NotFound')
    deps.authentication.cache.forgetUser(actor.userId)
  })
}

function bindOtherSessions(http: Http, deps: RouteDeps): void {
  http.scope('stoa').bind(revokeOtherSessions, async ({ actor }) => {
    const current = requireSession(actor)
    await deps.write(async (tx) => {
      await endSessionsOf(tx, deps, actor.userId, current)
      await recordSignIn(tx, deps, actor.userId, { action: 'auth.session.revoke', after: { kept: current } })
    })
    deps.authentication.cache.forgetUser(actor.userId)
  })
}

function showProfile(row: AccountRow) {
  return {
    name: row.name,
    fullname: row.fullname,
    email: row.email,
    emailVerified: row.emailVerifiedAt !== null,
    website: row.website || null,
    details: row.details || null,
    avatarUrl: avatarUrlOf(row),
    createdAt: row.createdAt.toISOString(),
  }
}
