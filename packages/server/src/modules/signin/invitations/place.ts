import { createHmac } from 'node:crypto'
import { deriveKey, seal, unseal } from '../../../kit/seal.js'
import type { UserActor } from '../../../kit/http/actor.js'
import { getManagedOrg, requireSession } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'

/** Where an invitation leads: an organisation, or the platform (null). */
export interface Place {
  readonly orgId: string | null
  readonly name: string | null
}

export const PLATFORM: Place = { orgId: null, name: null }
/** Chain of the events of a place. */
export const chainOf = ({ orgId }: Place): string => orgId ?? 'platform'
/** `org.invite_user` is the Hub's word. */
export const actionOf = ({ orgId }: Place, verb: string): string => (orgId === null ? `admin.${verb}` : `org.${verb}`)

/** An organisation whose admin asks. Throws `AccountNotFound`, `Forbidden`, `InsufficientScope`, `SessionRequired`. */
export async function getManagedPlace(deps: SigninKit, actor: UserActor, name: string): Promise<Place> {
  const org = await getManagedOrg(deps, actor, name)
  // A leaked token must not be able to bring in an accomplice.
  requireSession(actor)
  return { orgId: org.id, name: org.name }
}

/** Keeps addresses of invited people sealed, and known only by a keyed hash. */
export function createAddressBook({ instanceKey }: Pick<SigninKit, 'instanceKey'>) {
  const sealKey = deriveKey(instanceKey, 'signin-invitations')
  const hashKey = deriveKey(instanceKey, 'signin-invited')
  return {
    hash: (email: string): Buffer => createHmac('sha256', hashKey).update(email.toLowerCase()).digest(),
    seal: (id: string, part: 'email' | 'name', text: string): Buffer =>
      seal(sealKey, Buffer.from(text), `${id} ${part}`),
    open: (id: string, part: 'email' | 'name', sealed: Buffer | null): string | null =>
      sealed && unseal(sealKey, sealed, `${id} ${part}`).toString(),
  }
}

export type AddressBook = ReturnType<typeof createAddressBook>
