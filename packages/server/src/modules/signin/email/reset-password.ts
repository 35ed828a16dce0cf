import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import { deriveKey, seal, unseal } from '../../../kit/seal.js'
import type { SigninKit } from '../deps.js'
import { passwordChangedLetter, resetPasswordLetter } from '../letters/email-letters.js'
import { retireMailLinks, useMailLink } from '../queries/mail-links.js'
import { getMailLink, makeMailLink } from './mail-links.js'

const FORGOT = 'signin.password.forgot'
const SEAL_LABEL = 'signin-forgotten'

/** The address somebody typed; sealed, because the table of jobs is read by those who look after them. */
interface Forgotten {
  readonly emailSealed: string
}

/** Does the same for every address, known or not, and does it at once: looking it up happens after the answer. */
export async function askForReset(deps: SigninKit, email: string): Promise<void> {
  const emailSealed = seal(deriveKey(deps.instanceKey, SEAL_LABEL), Buffer.from(email), FORGOT).toString('base64')
  await deps.write((tx) => deps.jobs.enqueue(tx, FORGOT, { emailSealed } satisfies Forgotten))
}

/** Registers the work behind `askForReset`. */
export function handleForgotten(deps: SigninKit): void {
  deps.jobs.handle(FORGOT, async ({ emailSealed }: Forgotten) => {
    const sealed = Buffer.from(emailSealed, 'base64')
    await writeReset(deps, unseal(deriveKey(deps.instanceKey, SEAL_LABEL), sealed, FORGOT).toString())
  })
}

/** Only who verified the address and signs in with a password gets a letter; nobody else hears anything. */
async function writeReset(deps: SigninKit, email: string): Promise<void> {
  const person = await deps.accounts.people.findByVerifiedEmail(deps.db, email)
  if (person?.state !== 'active' || person.email === null || !(await deps.accounts.access.hasPassword(person.id)))
    return
  const { id: subjectId, name, email: to } = person
  await deps.write(async (tx) => {
    const link = await makeMailLink(tx, deps, { purpose: 'reset', userId: subjectId, email: to })
    await deps.mail.post(tx, [resetPasswordLetter({ to, subjectId, name }, link)])
  })
}

/** Sets a password by the link of a letter and ends every session; signs nobody in. Throws `LinkInvalid`, `PasswordTooWeak`. */
export async function redeemReset(deps: SigninKit, secret: string, password: string): Promise<void> {
  const { link, email, person } = await getMailLink(deps, secret, 'reset')
  const { newcomers } = deps.accounts
  const passwordHash = await newcomers.hashPassword(password, [person.name, person.fullname, email])
  await deps.write(async (tx: Tx) => {
    const now = deps.clock.now()
    if (!(await useMailLink(tx, link.id, now))) throw refuse('LinkInvalid')
    await newcomers.resetPassword(tx, person.id, { passwordHash, reason: 'by a letter' })
    await deps.mail.withdraw(tx, await retireMailLinks(tx, person.id, ['reset'], now))
    await deps.mail.post(tx, [passwordChangedLetter({ to: email, subjectId: person.id, name: person.name })])
  })
}
