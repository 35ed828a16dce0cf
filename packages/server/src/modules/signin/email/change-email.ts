import { type EmailView, refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { Person } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'
import { addressAskedLetter, addressChangedLetter, verifyAddressLetter } from '../letters/email-letters.js'
import { findPendingVerification, retireMailLinks, useMailLink } from '../queries/mail-links.js'
import { getMailLink, makeMailLink, openAddress } from './mail-links.js'

const UNIQUE_VIOLATION = '23505'

/** Writes to an address that it is to be confirmed; nothing about the account changes until it is. Throws `LetterLimit`. */
export async function askForEmail(tx: Tx, deps: SigninKit, person: Person, email: string): Promise<void> {
  const { id: subjectId, name } = person
  const link = await makeMailLink(tx, deps, { purpose: 'verify', userId: subjectId, email })
  const posted = await deps.mail.post(tx, [verifyAddressLetter({ to: email, subjectId, name }, link)])
  if (posted.length === 0) throw refuse('LetterLimit')
  const isOther = person.email?.toLowerCase() !== email.toLowerCase()
  if (person.isEmailVerified && person.email !== null && isOther)
    await deps.mail.post(tx, [addressAskedLetter({ to: person.email, subjectId, name })])
}

/** A new person gave an address on sign-up. One letter too many is no reason to refuse them. */
export async function welcomeNewcomer(
  tx: Tx,
  deps: SigninKit,
  newcomer: { readonly userId: string; readonly email: string | null },
): Promise<void> {
  const person = newcomer.email === null ? null : await deps.accounts.people.find(tx, newcomer.userId)
  if (!person || newcomer.email === null) return
  const { id: subjectId, name } = person
  const link = await makeMailLink(tx, deps, { purpose: 'verify', userId: subjectId, email: newcomer.email })
  await deps.mail.post(tx, [verifyAddressLetter({ to: newcomer.email, subjectId, name }, link)])
}

/**
 * The address counts from now on. Only for whoever is signed in as the account that gave it: else somebody who wrote down
 * the address of another would have it confirmed by them. Throws `LinkInvalid`, `EmailTaken`.
 */
export async function confirmEmail(deps: SigninKit, userId: string, secret: string): Promise<void> {
  const { link, email, person } = await getMailLink(deps, secret, 'verify')
  if (link.userId !== userId) throw refuse('LinkInvalid')
  try {
    await deps.write(async (tx) => {
      if (!(await useMailLink(tx, link.id, deps.clock.now()))) throw refuse('LinkInvalid')
      await deps.accounts.newcomers.setVerifiedEmail(tx, userId, email)
      await dropResets(tx, deps, userId)
      const isOther = person.email !== null && person.email.toLowerCase() !== email.toLowerCase()
      if (person.isEmailVerified && person.email !== null && isOther) {
        const { name } = person
        await deps.mail.post(tx, [addressChangedLetter({ to: person.email, subjectId: userId, name })])
      }
    })
  } catch (error) {
    // Two accounts confirmed the same address at the same moment: the index decides.
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw refuse('EmailTaken')
    throw error
  }
}

/** Forgets a person's address and what was written to it. */
export async function removeEmail(tx: Tx, deps: SigninKit, person: Person): Promise<void> {
  const { id: subjectId, name, email } = person
  const ids = await retireMailLinks(tx, subjectId, ['verify', 'reset'], deps.clock.now())
  await deps.mail.withdraw(tx, ids)
  if (email === null) return
  await deps.accounts.newcomers.removeEmail(tx, subjectId)
  if (person.isEmailVerified) await deps.mail.post(tx, [addressChangedLetter({ to: email, subjectId, name })])
}

/** A link to set a password went to the address of before. */
async function dropResets(tx: Tx, deps: SigninKit, userId: string): Promise<void> {
  await deps.mail.withdraw(tx, await retireMailLinks(tx, userId, ['reset'], deps.clock.now()))
}

/** What a person sees of their address. */
export async function showEmail(deps: SigninKit, userId: string): Promise<EmailView> {
  const person = await deps.accounts.people.find(deps.db, userId)
  if (!person) throw refuse('AccountNotFound')
  const { email, isEmailVerified: isVerified } = person
  const link = await findPendingVerification(deps.db, userId, deps.clock.now())
  const pending = link && { email: openAddress(deps, link), expiresAt: link.expiresAt.toISOString() }
  return { email, isVerified, pending, isSending: deps.mail.isSending }
}
