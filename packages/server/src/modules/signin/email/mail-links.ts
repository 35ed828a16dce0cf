import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import { deriveKey, seal, unseal } from '../../../kit/seal.js'
import { hashSecret, type Person, makeLinkSecret } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'
import {
  findOpenMailLink,
  insertMailLink,
  type MailLinkPurpose,
  type MailLinkRow,
  retireMailLinks,
} from '../queries/mail-links.js'

const DAY_MS = 24 * 3_600_000
const RESET_MS = 2 * 3_600_000
const PAGES = { verify: '/login/confirm', reset: '/login/reset', confirm: '/login/prove' } as const
const SEAL_LABEL = 'signin-addresses'

/** A link that is about to be written to somebody. */
export interface MailLink {
  readonly id: string
  /** The secret stands after `#`, which browsers send to nobody. */
  readonly url: string
  readonly expiresAt: Date
}

/** Makes a link that works once; earlier ones for the same purpose stop, and their letters do not leave. */
export async function makeMailLink(
  tx: Tx,
  deps: SigninKit,
  link: { readonly purpose: MailLinkPurpose; readonly userId: string; readonly email: string },
): Promise<MailLink> {
  const { purpose, userId, email } = link
  const now = deps.clock.now()
  await deps.mail.withdraw(tx, await retireMailLinks(tx, userId, [purpose], now))
  const secret = makeLinkSecret()
  const id = deps.ids.next()
  // A letter that an admin hands over is not there within two hours.
  const lifeMs = purpose !== 'verify' && deps.mail.isSending ? RESET_MS : DAY_MS
  const expiresAt = new Date(now.getTime() + lifeMs)
  const emailSealed = seal(addressKey(deps), Buffer.from(email), id)
  await insertMailLink(tx, {
    id,
    purpose,
    userId,
    emailSealed,
    secretHash: hashSecret(secret),
    createdAt: now,
    expiresAt,
  })
  const target = { type: 'link', id }
  await deps.audit.record(tx, { chain: userId, action: 'auth.link.create', target, after: { purpose, userId } })
  return { id, url: `${deps.publicUrl()}${PAGES[purpose]}#${secret}`, expiresAt }
}

export interface OpenMailLink {
  readonly link: MailLinkRow
  readonly email: string
  readonly person: Person
}

/** What a link is for. Throws `LinkInvalid`. */
export async function getMailLink(deps: SigninKit, secret: string, purpose?: MailLinkPurpose): Promise<OpenMailLink> {
  const link = await findOpenMailLink(deps.db, hashSecret(secret), deps.clock.now())
  if (!link || (purpose !== undefined && link.purpose !== purpose)) throw refuse('LinkInvalid')
  const person = await deps.accounts.people.find(deps.db, link.userId)
  if (person?.state !== 'active') throw refuse('LinkInvalid')
  const email = openAddress(deps, link)
  // Whoever lost the address lost what was written to it.
  const isTheirs = person.isEmailVerified && person.email?.toLowerCase() === email.toLowerCase()
  if (link.purpose !== 'verify' && !isTheirs) throw refuse('LinkInvalid')
  return { link, email, person }
}

export function openAddress(deps: SigninKit, link: MailLinkRow): string {
  return unseal(addressKey(deps), link.emailSealed, link.id).toString()
}

function addressKey({ instanceKey }: SigninKit): Buffer {
  return deriveKey(instanceKey, SEAL_LABEL)
}
