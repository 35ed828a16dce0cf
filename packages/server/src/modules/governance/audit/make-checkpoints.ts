import { type AuditCheckpoint, merkleRoot, signCheckpoint } from '@stoa/formats'
import { actAs, PLATFORM_CHAIN } from '../../../kit/audit/audit.js'
import { type EventHash, listHashes, listHeads } from '../../../kit/audit/read-events.js'
import type { GovernanceDeps } from '../deps.js'
import { insertCheckpoint, listCheckpoints } from '../queries/checkpoints.js'
import type { SigningKey } from './signing-key.js'

/** A checkpoint speaks for at most this many events, and is due when as many wait. */
export const CHECKPOINT_EVENTS = 1_000
/** … or when the oldest that waits is this old. */
export const CHECKPOINT_MS = 3_600_000
const CHECKPOINT_ACTION = 'audit.checkpoint'

type CheckpointDeps = Pick<GovernanceDeps, 'audit' | 'clock' | 'db' | 'write'> & { readonly key: SigningKey }

/** Signs what is due in every chain, or everything that waits; how many were made. */
export async function makeCheckpoints(deps: CheckpointDeps, isEverything = false): Promise<number> {
  let made = 0
  for (const head of await listHeads(deps.db)) {
    const [last] = await listCheckpoints(deps.db, head.chain, 1)
    for (let from = last?.last_seq ?? 0; from < head.seq; ) {
      const events = await listHashes(deps.db, head.chain, from, CHECKPOINT_EVENTS)
      if (!isDue(events, deps.clock.now(), isEverything)) break
      if (await storeCheckpoint(deps, head.chain, events)) made += 1
      from = events.at(-1)?.seq ?? head.seq
    }
  }
  return made
}

/** The event a checkpoint leaves in the platform's chain asks for no checkpoint of its own. */
function isDue(events: readonly EventHash[], now: Date, isEverything: boolean): boolean {
  const waiting = events.filter((event) => event.action !== CHECKPOINT_ACTION)
  const [oldest] = waiting
  if (oldest === undefined) return false
  return isEverything || events.length >= CHECKPOINT_EVENTS || now.getTime() - oldest.at.getTime() >= CHECKPOINT_MS
}

async function storeCheckpoint(deps: CheckpointDeps, chain: string, events: readonly EventHash[]): Promise<boolean> {
  const [first, last] = [events[0] as EventHash, events.at(-1) as EventHash]
  const body = {
    chain,
    first_seq: first.seq,
    last_seq: last.seq,
    root: merkleRoot(events.map((event) => event.hash)).toString('hex'),
    head_hash: last.hash.toString('hex'),
    ts: deps.clock.now().toISOString(),
    key_id: deps.key.keyId,
  }
  const checkpoint: AuditCheckpoint = signCheckpoint(body, deps.key.privateKey)
  return deps.write(async (tx) => {
    if (!(await insertCheckpoint(tx, checkpoint))) return false
    const target = { type: 'audit_chain', id: chain }
    const after = { ...checkpoint }
    await actAs('checkpoints', () =>
      deps.audit.record(tx, { chain: PLATFORM_CHAIN, action: CHECKPOINT_ACTION, target, after }),
    )
    return true
  })
}
