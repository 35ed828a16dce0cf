import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import { type Account, can } from '../../accounts/index.js'
import type { FederationDeps } from '../deps.js'

/** An organisation whose settings this actor may see or change with this credential. Throws `AccountNotFound`, `Forbidden`, `InsufficientScope`. */
export async function getManagedOrg(
  deps: Pick<FederationDeps, 'accounts' | 'db'>,
  actor: UserActor,
  name: string,
  action: 'org.manage' | 'org.settings.read' = 'org.manage',
): Promise<Account> {
  const org = await deps.accounts.findAccount(deps.db, name)
  if (org?.type !== 'org') throw refuse('AccountNotFound')
  const resource = { id: org.id, type: 'org', name: org.name } as const
  const decision = can(actor, action, resource)
  if (decision.allow) return org
  const isPersonal = can({ ...actor, auth: { type: 'session', sessionId: '' } }, action, resource).allow
  throw isPersonal ? refuse('InsufficientScope') : refuse('Forbidden', `Only an admin of ${org.name} may do this.`)
}
