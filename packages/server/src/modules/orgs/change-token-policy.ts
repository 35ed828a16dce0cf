import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { compileIpRanges } from '../../kit/http/ip-ranges.js'
import type { OrgsDeps } from './deps.js'
import { type AccountRow, TOKEN_KINDS } from '../accounts/index.js'
import { findTokenPolicy, type TokenPolicyRow, upsertTokenPolicy } from './queries/token-policies.js'

type Org = Pick<AccountRow, 'id' | 'name'>
export type PolicyPatch = Partial<Omit<TokenPolicyRow, 'orgId'>>

/**
 * Changes what an organisation asks of credentials; the policy as it is then. Whoever remembers credentials must forget them all
 * after the commit.
 */
export async function changeTokenPolicy(
  tx: Tx,
  deps: OrgsDeps,
  org: Org,
  patch: PolicyPatch,
): Promise<{ readonly policy: TokenPolicyRow; readonly changed: readonly string[] }> {
  const before = await findTokenPolicy(tx, org.id)
  const kinds = patch.kinds && TOKEN_KINDS.filter((kind) => patch.kinds?.includes(kind))
  const ipRanges = patch.ipRanges && [...new Set(patch.ipRanges)]
  const policy = { ...before, ...patch, ...(kinds ? { kinds } : {}), ...(ipRanges ? { ipRanges } : {}) }
  const changed = (Object.keys(before) as (keyof TokenPolicyRow)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(policy[key]),
  )
  if (changed.length === 0) return { policy, changed }
  await upsertTokenPolicy(tx, policy, deps.clock.now())
  const facts = (row: TokenPolicyRow) => Object.fromEntries(changed.map((key) => [key, factOf(row[key])]))
  const target = { type: 'org', id: org.id, name: org.name }
  for (const action of actionsOf(changed, policy))
    await deps.audit.record(tx, { chain: org.id, action, target, before: facts(before), after: facts(policy) })
  return { policy, changed }
}

const factOf = (value: TokenPolicyRow[keyof TokenPolicyRow]) =>
  typeof value === 'object' && value ? [...value] : value

function actionsOf(changed: readonly string[], policy: TokenPolicyRow): string[] {
  const isNetwork = (key: string): boolean => key === 'ipRanges' || key === 'enforcesIpRanges'
  return [
    ...(changed.includes('needsApproval') ? [`org.token_approval.${policy.needsApproval ? 'enable' : 'disable'}`] : []),
    ...(changed.some((key) => key === 'kinds' || key === 'maxAgeDays') ? ['org.settings.token_policy'] : []),
    ...(changed.some(isNetwork) ? ['org.settings.network_security'] : []),
  ]
}

/** Throws `Conflict` when whoever asks from this address would shut themselves out. */
export function refuseLockOut(policy: Pick<TokenPolicyRow, 'ipRanges' | 'enforcesIpRanges'>, address: string): void {
  if (!policy.enforcesIpRanges || compileIpRanges(policy.ipRanges).includes(address)) return
  throw refuse('Conflict', `You would shut yourself out: your address ${address} is in none of these networks.`)
}
