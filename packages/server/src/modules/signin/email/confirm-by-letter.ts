import { refuse } from '@stoa/contracts'
import type { SigninKit } from '../deps.js'
import { confirmLetter } from '../letters/email-letters.js'
import { useMailLink } from '../queries/mail-links.js'
import { listPasskeys } from '../queries/passkeys.js'
import { findTotp } from '../queries/totp.js'
import { getMailLink, makeMailLink } from './mail-links.js'

/** Whether somebody has nothing but a verified address to confirm with: whoever has more is asked for that. */
export async function confirmsByLetter(deps: SigninKit, userId: string): Promise<boolean> {
  const person = await deps.accounts.people.find(deps.db, userId)
  if (!person?.isEmailVerified || person.email === null) return false
  if (await deps.accounts.access.hasPassword(userId)) return false
  const hasApp = (await findTotp(deps.db, userId))?.confirmedAt != null
  return !hasApp && (await listPasskeys(deps.db, userId)).length === 0
}

/** Writes to a person who has nothing else. Throws `InvalidRequest` for everybody else, `LetterLimit`. */
export async function writeConfirm(deps: SigninKit, userId: string): Promise<{ to: string; expiresAt: string }> {
  const person = await deps.accounts.people.find(deps.db, userId)
  if (person?.email == null || !(await confirmsByLetter(deps, userId)))
    throw refuse('InvalidRequest', 'Confirm with your password, passkey or authenticator app, or sign in again.')
  const { name, email: to } = person
  return deps.write(async (tx) => {
    const link = await makeMailLink(tx, deps, { purpose: 'confirm', userId, email: to })
    const posted = await deps.mail.post(tx, [confirmLetter({ to, subjectId: userId, name }, link)])
    if (posted.length === 0) throw refuse('LetterLimit')
    return { to, expiresAt: link.expiresAt.toISOString() }
  })
}

/** Uses up the link of such a letter; only for the person it was written to. Throws `LinkInvalid`. */
export async function useConfirmLink(deps: SigninKit, userId: string, secret: string): Promise<void> {
  const { link } = await getMailLink(deps, secret, 'confirm')
  if (link.userId !== userId) throw refuse('LinkInvalid')
  await deps.write(async (tx) => {
    if (!(await useMailLink(tx, link.id, deps.clock.now()))) throw refuse('LinkInvalid')
    const target = { type: 'link', id: link.id }
    await deps.audit.record(tx, { chain: userId, action: 'auth.link.use', target, after: { purpose: 'confirm' } })
  })
}
