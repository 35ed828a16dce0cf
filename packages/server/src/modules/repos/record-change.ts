import { type AuditFacts, personal } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'

/** A repository or bucket, as far as its record goes. */
interface Recorded {
  readonly id: string
  readonly type?: string
  readonly fullName: string
  readonly accountId: string
}

interface RecordedChange {
  readonly action: string
  readonly before?: AuditFacts
  readonly after?: AuditFacts
  readonly reason?: string
}

/** Records what became of a repository or bucket, in its owner's chain. */
export async function recordRepo(
  deps: Pick<Kit, 'audit'>,
  tx: Tx,
  repo: Recorded,
  change: RecordedChange,
): Promise<void> {
  const target = { type: repo.type ?? 'bucket', id: repo.id, name: repo.fullName }
  await deps.audit.record(tx, { ...change, chain: repo.accountId, target })
}

/** Records a new name in the chain of whoever has it now, and of whoever had it before. */
export async function recordMove(deps: Pick<Kit, 'audit'>, tx: Tx, from: Recorded, to: Recorded): Promise<void> {
  const name = (one: Recorded) => personal(one.accountId, one.fullName)
  const change = { action: 'repo.move', before: { name: name(from) }, after: { name: name(to) } }
  await recordRepo(deps, tx, to, change)
  if (from.accountId !== to.accountId) await recordRepo(deps, tx, from, change)
}

const SETTINGS = [
  'visibility',
  'gated',
  'orgMembersGated',
  'discussionsDisabled',
  'disabled',
  'resourceGroupId',
] as const
type Settings = { readonly [K in (typeof SETTINGS)[number]]?: string | boolean | null | undefined }

/** Records the settings that differ; nothing when none does. */
export async function recordSettings(
  deps: Pick<Kit, 'audit'>,
  tx: Tx,
  before: Recorded & Settings,
  after: Recorded & Settings,
): Promise<void> {
  const changed = SETTINGS.filter((key) => before[key] !== after[key])
  if (changed.length === 0) return
  const pick = (from: Settings) => Object.fromEntries(changed.map((key) => [key, from[key]]))
  await recordRepo(deps, tx, after, { action: 'repo.update_settings', before: pick(before), after: pick(after) })
}
