import { refuse } from '@stoa/contracts'
import { domainOf, isMailAddress } from '../../../kit/mail/address.js'
import { deriveKey, seal, unseal } from '../../../kit/seal.js'
import { joinLetter, knownLetter } from '../letters/invitation-letters.js'
import { invite } from './invite.js'
import type { InviteDeps } from './invite-deps.js'
import { PLATFORM } from './place.js'

const ASKED = 'signin.signUp.asked'
const LIFE_DAYS = 1

interface Asked {
  readonly emailSealed: string
}

/** Writes to an address of a domain that lets people in; whether it has an account is looked up after the answer. Throws `SignUpClosed`. */
export async function askToJoin(deps: InviteDeps, email: string): Promise<void> {
  const { mode, domains } = await deps.accounts.settings.signUpPolicy()
  if (mode !== 'domain') throw refuse('SignUpClosed')
  if (!isMailAddress(email) || !domains.includes(domainOf(email)))
    throw refuse('SignUpClosed', `Only addresses at ${domains.join(', ')} may join by themselves.`)
  const emailSealed = seal(deriveKey(deps.instanceKey, ASKED), Buffer.from(email), ASKED).toString('base64')
  await deps.write((tx) => deps.jobs.enqueue(tx, ASKED, { emailSealed } satisfies Asked))
}

/** Registers the work behind `askToJoin`. */
export function handleAsked(deps: InviteDeps): void {
  deps.jobs.handle(ASKED, async ({ emailSealed }: Asked) => {
    const sealed = Buffer.from(emailSealed, 'base64')
    const email = unseal(deriveKey(deps.instanceKey, ASKED), sealed, ASKED).toString()
    const known = await deps.accounts.people.findByVerifiedEmail(deps.db, email)
    const { host } = new URL(deps.publicUrl())
    const one = { email, name: null, role: null, groups: [], isLetter: true, maxUses: 1, expiresInDays: LIFE_DAYS }
    await deps.write(async (tx) => {
      if (known) await deps.mail.post(tx, [knownLetter(email, known.id, known.name, host)])
      else await invite(tx, deps, PLATFORM, [one], null, joinLetter)
    })
  })
}
