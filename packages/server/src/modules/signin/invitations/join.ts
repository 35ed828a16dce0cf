import { refuse } from '@stoa/contracts'
import type { InviteDeps } from './invite-deps.js'
import { enter, getInvitation } from './accept.js'

export interface Joining {
  readonly secret: string
  readonly name: string
  readonly fullname?: string | undefined
  readonly email?: string | undefined
  readonly password: string
}

/**
 * Makes an account with an invitation and takes the person in. An invitation for an address whose link somebody else has
 * seen proves nothing: there the account is made, the address is to be verified, and the invitation stays open.
 * Throws `LinkInvalid`, `SignUpClosed`, `NameInvalid`, `NameTaken`, `EmailTaken`, `PasswordTooWeak`.
 */
export async function joinByInvitation(
  deps: InviteDeps,
  joining: Joining,
): Promise<{ readonly userId: string; readonly isJoined: boolean }> {
  const { newcomers, settings } = deps.accounts
  const invitation = await getInvitation(deps, joining.secret)
  if ((await settings.signUp()) === 'closed') throw refuse('SignUpClosed')
  const { name, fullname, password } = joining
  const { provesAddress } = invitation.row
  const email = invitation.email ?? joining.email
  newcomers.checkName(name)
  const passwordHash = await newcomers.hashPassword(password, [name, fullname, email])
  const isJoined = invitation.email === null || provesAddress
  const newcomer = { name, fullname, email, isEmailVerified: provesAddress, passwordHash }
  const userId = await deps.write(async (tx) => {
    const id = await newcomers.create(tx, newcomer)
    if (isJoined) await enter(tx, deps, invitation, { userId: id, isNew: true })
    return id
  })
  return { userId, isJoined }
}
