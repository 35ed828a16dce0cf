import { findManagedAccount, insertManagedAccount } from '../../federation/index.js'
import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { ScimPlace } from './place.js'
import { domainOf, type UserFacts } from './user.js'

/** The account behind somebody an identity provider tells of. */
export interface Admitted {
  readonly userId: string
  readonly isManaged: boolean
}

/**
 * The account for somebody new to the organisation. Only addresses of a domain that was shown to be the organisation's are
 * taken: so nobody learns here who else has an account, and nobody is drawn into an organisation that is a stranger.
 * An account with this verified address is linked; where there is none, one is made, which the organisation manages from then
 * on. Throws `ScimInvalidValue`, `ScimUniqueness`, `ScimConflict`.
 */
export async function admitPerson(tx: Tx, place: ScimPlace, facts: UserFacts): Promise<Admitted> {
  const { accounts, clock } = place.deps
  const email = await demandOwnAddress(tx, place, facts.email)
  const holder = await accounts.people.findByVerifiedEmail(tx, email)
  if (!holder) {
    const name = await accounts.people.chooseName(tx, facts.userName, email)
    const userId = await accounts.people.create(tx, { name, fullname: facts.fullname, email, isEmailVerified: true })
    await insertManagedAccount(tx, { userId, orgId: place.org.id, createdAt: clock.now() })
    return { userId, isManaged: true }
  }
  const managed = await findManagedAccount(tx, holder.id)
  const isOurs = managed?.orgId === place.org.id
  if (holder.state === 'suspended' && !(isOurs && managed.suspendedAt !== null)) {
    throw refuse('ScimConflict', `The account of ${email} is suspended by those who run the platform.`)
  }
  if (isOurs) return { userId: holder.id, isManaged: true }
  if (managed) throw refuse('ScimUniqueness', `The account of ${email} is managed by another organisation.`)
  if (place.flavour === 'managed') {
    const way = 'It can be linked through the address that ends in /scim/v2, or invited.'
    throw refuse('ScimUniqueness', `Somebody has verified ${email} with an account of their own. ${way}`)
  }
  return { userId: holder.id, isManaged: false }
}

/** Throws `ScimInvalidValue` for an address that is missing or of a domain that is not the organisation's. */
export async function demandOwnAddress(tx: Tx, { deps, org }: ScimPlace, email: string | null): Promise<string> {
  if (email === null) throw refuse('ScimInvalidValue', 'Send an e-mail address in emails, or as the userName.')
  if (await deps.federation.isDomainOf(tx, org.id, domainOf(email))) return email
  const how = 'Add it under single sign-on in the settings of the organisation and verify it, then send this again.'
  throw refuse('ScimInvalidValue', `${domainOf(email)} is no verified domain of ${org.name}. ${how}`)
}
