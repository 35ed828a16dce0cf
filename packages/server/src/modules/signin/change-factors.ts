import type { Tx } from '../../kit/db/database.js'
import type { SigninDeps } from './deps.js'
import { deleteHalfSignInsOf } from './queries/half-sign-ins.js'
import { deletePasskeysOf, listPasskeys } from './queries/passkeys.js'
import { countRecoveryCodes, replaceRecoveryCodes } from './queries/recovery-codes.js'
import { deleteTotp, findTotp } from './queries/totp.js'
import { renewCodes } from './recovery-codes.js'

interface Change {
  readonly userId: string
  /** What is recorded: `auth.mfa.…`. */
  readonly action: string
  /** The factor, when there may be several of its kind. */
  readonly id?: string
}

/** Records a change of somebody's factors in their chain. */
export async function recordFactor(tx: Tx, deps: SigninDeps, { userId, action, id }: Change): Promise<void> {
  const target = { type: 'user', id: userId }
  await deps.audit.record(tx, { chain: userId, action, target, ...(id === undefined ? {} : { after: { factor: id } }) })
}

/**
 * After a factor was added: with the first one the person counts as secured, their other sessions end, and they get recovery
 * codes; null when they have some.
 */
export async function addedFactor(
  tx: Tx,
  deps: SigninDeps,
  change: Change & { readonly sessionId: string },
): Promise<string[] | null> {
  const { userId, sessionId } = change
  await recordFactor(tx, deps, change)
  const passkeys = await listPasskeys(tx, userId)
  const isFirst = passkeys.length + ((await findTotp(tx, userId))?.confirmedAt ? 1 : 0) === 1
  if (isFirst) await deps.accounts.access.setMfaSince(tx, userId, deps.clock.now(), sessionId)
  return isFirst || (await countRecoveryCodes(tx, userId)) === 0 ? renewCodes(tx, deps, userId) : null
}

/** After a factor was removed: without any left the recovery codes go, and the person counts as unsecured. */
export async function removedFactor(tx: Tx, deps: SigninDeps, change: Change): Promise<void> {
  const { userId } = change
  await recordFactor(tx, deps, change)
  const hasTotp = (await findTotp(tx, userId))?.confirmedAt != null
  if (hasTotp || (await listPasskeys(tx, userId)).length > 0) return
  await replaceRecoveryCodes(tx, userId, [])
  await deps.accounts.access.setMfaSince(tx, userId, null)
}

/** Forgets every factor of somebody, on their record and the platform's; half sign-ins end. */
export async function clearFactors(tx: Tx, deps: SigninDeps, userId: string, reason: string): Promise<void> {
  const passkeys = await deletePasskeysOf(tx, userId)
  const hadTotp = await deleteTotp(tx, userId)
  await replaceRecoveryCodes(tx, userId, [])
  await deleteHalfSignInsOf(tx, userId)
  await deps.accounts.access.setMfaSince(tx, userId, null)
  const target = { type: 'user', id: userId }
  const before = { passkeys, authenticatorApp: hadTotp }
  await deps.audit.record(tx, { chain: 'platform', action: 'auth.mfa.reset', target, before, reason })
}
