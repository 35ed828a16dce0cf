import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import { maySpend } from '../../commerce/index.js'

/**
 * Who pays for an actor's calls: oneself, or the organisation named by `X-HF-Bill-To`. Synchronous: memberships are in the actor.
 * Throws `BillToForbidden` unless the role there is write or admin.
 */
export function payerOf(actor: UserActor, billTo: string | undefined): string {
  if (billTo === undefined || billTo.toLowerCase() === actor.name.toLowerCase()) return actor.userId
  const org = actor.memberships.find((membership) => membership.name.toLowerCase() === billTo.toLowerCase())
  if (!org || !maySpend(actor, org.accountId)) throw refuse('BillToForbidden')
  return org.accountId
}
