import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { UserActor } from '../../kit/http/actor.js'
import type { AccountsDeps } from './deps.js'
import { changeSessionSecret, confirmSessionRow, findSessionById } from './queries/credentials.js'
import { recordSignIn } from './record-change.js'
import { hashSecret, makeLinkSecret } from './token-secret.js'

/** For how long having shown who you are is good enough for a dangerous act. */
const CONFIRMED_FOR_MS = 15 * 60_000

/**
 * Throws `SessionRequired` for tokens and `ConfirmationRequired` unless the person showed who they are within the last
 * fifteen minutes, by signing in or by confirming; the session's id.
 */
export async function demandConfirmed(deps: Pick<AccountsDeps, 'db' | 'clock'>, actor: UserActor): Promise<string> {
  if (actor.auth.type !== 'session') throw refuse('SessionRequired')
  const { sessionId } = actor.auth
  const confirmedMs = (await findSessionById(deps.db, sessionId))?.confirmedAt?.getTime() ?? 0
  if (deps.clock.now().getTime() - confirmedMs > CONFIRMED_FOR_MS) throw refuse('ConfirmationRequired')
  return sessionId
}

/** Notes that the person of a session showed who they are; the session's new cookie secret, the old one stops. */
export async function confirmSession(
  tx: Tx,
  deps: AccountsDeps,
  session: { readonly id: string; readonly userId: string; readonly method: string },
): Promise<string> {
  const secret = makeLinkSecret()
  await changeSessionSecret(tx, session.id, hashSecret(secret))
  await confirmSessionRow(tx, session.id, deps.clock.now())
  await recordSignIn(tx, deps, session.userId, { action: 'auth.confirm', after: { method: session.method } })
  return secret
}
