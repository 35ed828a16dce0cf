import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { createUser } from './create-account.js'
import type { AccountsDeps } from './deps.js'
import { checkPassword, hashPassword } from './password.js'
import { countAdmins, findAccountRowById, findFirstAdmin } from './queries/accounts.js'
import { endSessionsOf } from './end-sessions.js'
import { upsertPassword } from './queries/credentials.js'
import { findOpenLink, insertLink, type LinkRow, retireLinks, useLink } from './queries/one-time-links.js'
import { recordSignIn } from './record-change.js'
import { hashSecret, makeLinkSecret } from './token-secret.js'

const LIFE_MS = 24 * 3_600_000

/** Makes a link that works once, for 24 hours; earlier ones for the same purpose stop working. The secret stands after `#`, which browsers send to nobody. */
export async function makeLink(
  tx: Tx,
  deps: AccountsDeps,
  link: { readonly purpose: LinkRow['purpose']; readonly userId: string | null },
): Promise<string> {
  const secret = makeLinkSecret()
  const now = deps.clock.now()
  await retireLinks(tx, link.purpose, link.userId, now)
  const id = deps.ids.next()
  await insertLink(tx, {
    id,
    ...link,
    secretHash: hashSecret(secret),
    createdAt: now,
    expiresAt: new Date(now.getTime() + LIFE_MS),
  })
  const { purpose, userId } = link
  const after = { purpose, userId }
  const chain = userId ?? 'platform'
  await deps.audit.record(tx, { chain, action: 'auth.link.create', target: { type: 'link', id }, after })
  return `${deps.publicUrl()}/redeem#${secret}`
}

/** The link that makes the first admin; null when somebody is in charge already. */
export async function makeAdminLink(deps: AccountsDeps): Promise<string | null> {
  return deps.write(async (tx) =>
    (await countAdmins(tx)) > 0 ? null : makeLink(tx, deps, { purpose: 'first_admin', userId: null }),
  )
}

/** The link that sets the password of the admin who joined first and forgets their second factors; for whoever holds the machine. Null without an admin. */
export async function makeRecoveryLink(deps: AccountsDeps): Promise<string | null> {
  return deps.write(async (tx) => {
    const userId = await findFirstAdmin(tx)
    return userId === null ? null : makeLink(tx, deps, { purpose: 'recover', userId })
  })
}

/** What a link is for; throws `LinkInvalid`. */
export async function inspectLink(
  deps: AccountsDeps,
  secret: string,
): Promise<{ readonly link: LinkRow; readonly name: string | null }> {
  const link = await findOpenLink(deps.db, hashSecret(secret), deps.clock.now())
  if (!link) throw refuse('LinkInvalid')
  if (link.userId === null) return { link, name: null }
  const user = await findAccountRowById(deps.db, link.userId)
  if (user?.state !== 'active') throw refuse('LinkInvalid')
  return { link, name: user.name }
}

export interface Redemption {
  readonly secret: string
  /** Only the first admin may do without, for a passkey. */
  readonly password?: string | undefined
  readonly name?: string | undefined
  readonly fullname?: string | undefined
  readonly email?: string | undefined
}

/** Uses a link up: makes the first admin, or sets a password and ends the user's sessions. The user, who may now be let in. */
export async function redeemLink(deps: AccountsDeps, redemption: Redemption): Promise<string> {
  const { secret, password } = redemption
  const { link, name } = await inspectLink(deps, secret)
  if (password === undefined && link.purpose !== 'first_admin') throw refuse('PasswordTooWeak', 'Choose a password.')
  if (password !== undefined)
    await checkPassword(password, [name ?? redemption.name, redemption.fullname, redemption.email])
  const passwordHash = password === undefined ? null : await hashPassword(password)
  return deps.write(async (tx) => {
    const now = deps.clock.now()
    if (!(await useLink(tx, link.id, now))) throw refuse('LinkInvalid')
    const userId = link.userId ?? (await createFirstAdmin(tx, deps, redemption))
    if (passwordHash !== null) await upsertPassword(tx, userId, passwordHash, now)
    await endSessionsOf(tx, deps, userId)
    await recordSignIn(tx, deps, userId, { action: 'auth.password.reset', after: { linkId: link.id } })
    if (link.purpose === 'recover') await deps.secondFactors().clear(tx, userId, 'recovery link of the machine')
    return userId
  })
}

async function createFirstAdmin(tx: Tx, deps: AccountsDeps, redemption: Redemption): Promise<string> {
  if ((await countAdmins(tx)) > 0) throw refuse('LinkInvalid')
  const { name = '', fullname, email } = redemption
  return createUser(tx, deps, { name, fullname, email, isEmailVerified: true, isAdmin: true })
}
