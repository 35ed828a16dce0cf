import type { AuditFacts } from '../../kit/audit/audit.js'
import { personal } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import type { AccountRow } from './queries/accounts.js'

type Known = Pick<AccountRow, 'id' | 'kind' | 'name'>

interface ChangeFacts {
  readonly before?: AuditFacts
  readonly after?: AuditFacts
  readonly reason?: string
}

/** Records what became of an account, in its own chain or, for a person, in the platform's. */
export async function recordAccount(
  tx: Tx,
  deps: AccountsDeps,
  account: Known,
  change: ChangeFacts & { readonly action: string },
): Promise<void> {
  const { id, kind, name } = account
  await deps.audit.record(tx, { ...change, chain: id, target: { type: kind, id, name } })
}

/** Records what became of a person's way in: sessions, passwords, links. Nothing of a secret is kept. */
export async function recordSignIn(
  tx: Tx,
  deps: AccountsDeps,
  userId: string,
  change: ChangeFacts & { readonly action: string },
): Promise<void> {
  await deps.audit.record(tx, { ...change, chain: userId, target: { type: 'user', id: userId } })
}

/** Records a member's coming, going or other role in the organisation's chain. */
export async function recordMember(
  tx: Tx,
  deps: AccountsDeps,
  member: { readonly orgId: string; readonly userId: string },
  change: ChangeFacts & { readonly action: string },
): Promise<void> {
  await deps.audit.record(tx, { ...change, chain: member.orgId, target: { type: 'user', id: member.userId } })
}

/** The fields of a patch that differ from what was, before and after; a person's words can be destroyed. */
export function differingFacts(
  account: Known,
  before: object,
  patch: object,
): { readonly before: AuditFacts; readonly after: AuditFacts; readonly isSame: boolean } {
  const was = before as Readonly<Record<string, unknown>>
  const keys = Object.entries(patch).filter(([key, value]) => value !== undefined && !isEqual(was[key], value))
  const show = (value: unknown) => {
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? null
    if (value instanceof Date) return value
    return account.kind === 'org' ? String(value) : personal(account.id, String(value))
  }
  return {
    before: Object.fromEntries(keys.map(([key]) => [key, show(was[key])])),
    after: Object.fromEntries(keys.map(([key, value]) => [key, show(value)])),
    isSame: keys.length === 0,
  }
}

function isEqual(left: unknown, right: unknown): boolean {
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
  return left === right
}
