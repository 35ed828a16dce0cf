import type { Tx } from '../../kit/db/database.js'
import type { Repo } from '../repos/index.js'
import type { GateDeps } from './deps.js'

interface GrantChange {
  readonly userId: string
  readonly before: string | null
  readonly after: string
}

/** Records who asked for, got, was refused or lost access to gated files, in the chain of the repository's owner. */
export async function recordGrant(
  deps: Pick<GateDeps, 'audit'>,
  tx: Tx,
  repo: Repo,
  { userId, before, after }: GrantChange,
): Promise<void> {
  const isGranted = after === 'accepted'
  const action = isGranted ? 'data.grant' : after === 'pending' && before === null ? 'data.request' : 'data.revoke'
  const target = { type: repo.type, id: repo.id, name: repo.fullName }
  const facts = { before: { userId, status: before }, after: { userId, status: after } }
  await deps.audit.record(tx, { action, ...facts, chain: repo.accountId, target })
}
