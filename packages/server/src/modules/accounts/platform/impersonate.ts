import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { AccountsDeps } from '../deps.js'
import type { AccountRow } from '../queries/accounts.js'
import {
  changeSessionSecret,
  deleteSession,
  findOwnSessionOfImpersonator,
  insertSession,
} from '../queries/credentials.js'
import { listDuties } from '../queries/standing.js'
import { recordSignIn } from '../record-change.js'
import type { Visitor } from '../visitor.js'
import { addressPrefix } from '../../../kit/http/address-prefix.js'
import { hashSecret, makeLinkSecret } from '../token-secret.js'

/** A borrowed view ends after this. */
export const BORROWED_MS = 30 * 60_000
const MAX_USER_AGENT = 200

export interface Borrowing {
  readonly actor: UserActor
  /** The admin's own session, to come back to. */
  readonly sessionId: string
  readonly user: AccountRow
  readonly reason: string
  readonly visitor: Visitor
}

/**
 * A session in which an admin sees what a user sees; the cookie's secret. It only reads. Nobody who runs the platform is looked
 * through: that would lend their duties. Throws `Conflict`.
 */
export async function startImpersonation(
  deps: AccountsDeps,
  { actor, sessionId, user, reason, visitor }: Borrowing,
): Promise<{ readonly secret: string; readonly expiresAt: Date }> {
  if (actor.impersonator) throw refuse('Conflict', 'Come back first.')
  const duties = (await listDuties(deps.db, [user.id])).get(user.id) ?? []
  if (user.state !== 'active' || user.isAdmin || duties.length > 0 || user.id === actor.userId)
    throw refuse('Conflict', `Nobody looks through the eyes of ${user.name}.`)
  const secret = makeLinkSecret()
  const now = deps.clock.now()
  const expiresAt = new Date(now.getTime() + BORROWED_MS)
  await deps.write(async (tx) => {
    await insertSession(tx, {
      id: deps.ids.next(),
      userId: user.id,
      secretHash: hashSecret(secret),
      userAgent: visitor.userAgent.slice(0, MAX_USER_AGENT),
      addressPrefix: addressPrefix(visitor.address),
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      impersonatorId: actor.userId,
      impersonatorSessionId: sessionId,
      impersonationReason: reason,
    })
    const target = { type: 'user', id: user.id }
    await deps.audit.record(tx, { chain: 'platform', action: 'auth.impersonate', target, reason })
  })
  return { secret, expiresAt }
}

/** Ends a borrowed view; the new cookie of the admin's own session, null when that one has ended meanwhile. */
export async function endImpersonation(
  deps: AccountsDeps,
  actor: UserActor,
  sessionId: string,
): Promise<string | null> {
  const secret = makeLinkSecret()
  return deps.write(async (tx) => {
    const own = await findOwnSessionOfImpersonator(tx, sessionId, deps.clock.now())
    await deleteSession(tx, actor.userId, sessionId)
    if (own) {
      await changeSessionSecret(tx, own.id, hashSecret(secret))
      await recordSignIn(tx, deps, own.userId, { action: 'auth.session.rotate' })
    }
    const target = { type: 'user', id: actor.userId }
    await deps.audit.record(tx, { chain: 'platform', action: 'auth.impersonate_end', target })
    return own ? secret : null
  })
}
