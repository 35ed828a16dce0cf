import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { addressPrefix } from '../../kit/http/address-prefix.js'
import type { AccountsDeps } from './deps.js'
import { verifyPassword } from './password.js'
import { type AccountRow, findAccountRow, findAccountRowById, findUserByVerifiedEmail } from './queries/accounts.js'
import { deleteSession, findPasswordHash, insertSession, trimSessions } from './queries/credentials.js'
import { recordSignIn } from './record-change.js'
import type { SignInThrottle } from './sign-in-throttle.js'
import { hashSecret, makeLinkSecret } from './token-secret.js'
import type { Visitor } from './visitor.js'

/** Seconds a session can live at most. */
export const SESSION_MAX_S = 90 * 24 * 3600
const MAX_SESSIONS = 50
const MAX_USER_AGENT = 200

export interface SignInDeps extends AccountsDeps {
  readonly throttle: SignInThrottle
}

/**
 * The user a login and password belong to: a password of this platform first, so that its own admins get in whatever happens
 * elsewhere, then those of directories. Throws `WrongPassword` or `SignInThrottled`.
 */
export async function checkPasswordOf(
  deps: SignInDeps,
  attempt: { readonly login: string; readonly password: string; readonly address: string; readonly isLocalOnly?: true },
): Promise<AccountRow> {
  const login = attempt.login.trim()
  const prefix = addressPrefix(attempt.address)
  const waitMs = deps.throttle.waitMs(login, prefix)
  if (waitMs > 0) throw refuseThrottled(waitMs)
  const user = await findUser(deps, login)
  const stored = user ? await findPasswordHash(deps.db, user.id) : null
  const isRight = await verifyPassword(stored, attempt.password)
  const found = isRight ? user : attempt.isLocalOnly ? null : await findElsewhere(deps, login, attempt.password)
  if (!found || found.state !== 'active') {
    deps.throttle.recordFailure(login, prefix)
    await deps.write((tx) => recordFailure(tx, deps, user))
    throw refuse('WrongPassword')
  }
  deps.throttle.recordSuccess(login, prefix)
  return found
}

async function findElsewhere(deps: SignInDeps, login: string, password: string): Promise<AccountRow | null> {
  const userId = await deps.passwordSource().check(login, password)
  const row = userId === null ? null : await findAccountRowById(deps.db, userId)
  return row?.kind === 'user' ? row : null
}

/** What was typed as a name is not kept: it may be a password. */
async function recordFailure(tx: Tx, deps: AccountsDeps, user: AccountRow | null): Promise<void> {
  const id = user?.id ?? 'unknown'
  const target = { type: user ? 'user' : 'login', id }
  const actor = { type: 'anonymous', id: 'anonymous' } as const
  await deps.audit.record(tx, {
    chain: user?.id ?? 'platform',
    action: 'auth.login_failed',
    outcome: 'failed',
    actor,
    target,
  })
}

/** The refusal of a throttled attempt, with how long to wait. */
export function refuseThrottled(waitMs: number): Error {
  const waitS = Math.ceil(waitMs / 1000)
  const message = `Too many wrong passwords. Wait ${waitS} seconds and try again.`
  return refuse('SignInThrottled', message, { waitSeconds: waitS }, { headers: { 'retry-after': String(waitS) } })
}

async function findUser(deps: AccountsDeps, login: string): Promise<AccountRow | null> {
  if (login.includes('@')) return findUserByVerifiedEmail(deps.db, login)
  const row = await findAccountRow(deps.db, login)
  return row?.kind === 'user' ? row : null
}

/** A new session of a user; the cookie's secret. The oldest ones end when there are too many. */
export async function openSession(
  tx: Tx,
  deps: AccountsDeps,
  entry: {
    readonly userId: string
    readonly visitor: Visitor
    readonly factors: readonly string[]
    readonly isStrong?: boolean
  },
): Promise<string> {
  const { userId, visitor, factors, isStrong = false } = entry
  const secret = makeLinkSecret()
  const now = deps.clock.now()
  const id = deps.ids.next()
  await insertSession(tx, {
    id,
    userId,
    secretHash: hashSecret(secret),
    userAgent: visitor.userAgent.slice(0, MAX_USER_AGENT),
    addressPrefix: addressPrefix(visitor.address),
    createdAt: now,
    lastUsedAt: now,
    expiresAt: new Date(now.getTime() + SESSION_MAX_S * 1000),
    confirmedAt: now,
    isStrong,
  })
  await trimSessions(tx, userId, MAX_SESSIONS)
  const actor = { type: 'user', id: userId, sessionId: id } as const
  await deps.audit.record(tx, {
    chain: userId,
    action: 'auth.login',
    actor,
    target: { type: 'user', id: userId },
    after: { factors: [...factors] },
  })
  await deps.signOns().noteSession(tx, { id, userId, factors })
  return secret
}

/** Ends one session of a user; false when it is not theirs. */
export async function endSession(
  tx: Tx,
  deps: AccountsDeps,
  userId: string,
  sessionId: string,
  action = 'auth.session.revoke',
): Promise<boolean> {
  if (!(await deleteSession(tx, userId, sessionId))) return false
  await recordSignIn(tx, deps, userId, { action, before: { sessionId } })
  return true
}
