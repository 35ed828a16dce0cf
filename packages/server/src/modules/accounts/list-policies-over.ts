import type { Db, Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import type { HeldPolicy } from './org-source.js'
import { listAccountRowsById } from './queries/accounts.js'
import { findReach } from './queries/standing.js'

/** What an organisation holds against a credential. */
export interface PolicyOver extends HeldPolicy {
  readonly name: string
}

/**
 * Policies of, and decisions on a token by, every organisation a person belongs to or has opened; of all organisations for those
 * who run the platform.
 */
export async function listPoliciesOver(
  db: Db | Tx,
  deps: Pick<AccountsDeps, 'orgSource' | 'clock'>,
  userId: string,
  approvalId: string,
): Promise<PolicyOver[]> {
  const reach = await findReach(db, userId, deps.clock.now())
  if (!reach.isAdmin && reach.orgIds.length === 0) return []
  const held = await deps.orgSource().listPolicies(db, reach.isAdmin ? null : reach.orgIds, approvalId)
  const orgs = await listAccountRowsById(
    db,
    held.map((one) => one.orgId),
  )
  const names = new Map(orgs.map(({ id, name }) => [id, name]))
  return held.flatMap((one) => {
    const name = names.get(one.orgId)
    return name === undefined ? [] : [{ ...one, name }]
  })
}
