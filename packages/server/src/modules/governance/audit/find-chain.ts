import { refuse } from '@stoa/contracts'
import { PLATFORM_CHAIN } from '../../../kit/audit/audit.js'
import type { UserActor } from '../../../kit/http/actor.js'
import { can } from '../../accounts/index.js'
import type { GovernanceDeps } from '../deps.js'

/** A chain somebody may read. */
export interface ReadableChain {
  readonly chain: string
  /** `platform`, or the organisation's name. */
  readonly name: string
}

/** The chain of an organisation by its name, or the platform's. Throws `AccountNotFound`, `Forbidden`, `InsufficientScope`. */
export async function findReadableChain(
  deps: Pick<GovernanceDeps, 'accounts' | 'db'>,
  actor: UserActor,
  name: string,
): Promise<ReadableChain> {
  if (name === PLATFORM_CHAIN) {
    if (!can(actor, 'platform.audit.read', null).allow)
      throw refuse('Forbidden', 'Only an owner or auditor of this platform may read its audit log.')
    return { chain: PLATFORM_CHAIN, name }
  }
  const org = await deps.accounts.findAccount(deps.db, name)
  if (org?.type !== 'org') throw refuse('AccountNotFound')
  const decision = can(actor, 'org.audit.read', { id: org.id, type: 'org', name: org.name })
  if (decision.allow) return { chain: org.id, name: org.name }
  if (decision.rule === 'token.scope') throw refuse('InsufficientScope')
  throw refuse('Forbidden', `Only an admin or auditor of ${org.name} may read its audit log.`)
}
