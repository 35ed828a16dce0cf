import { deleteEventsUpTo, countEventsUpTo, findFirstOf, listHeads } from '../../../kit/audit/read-events.js'
import { PLATFORM_CHAIN } from '../../../kit/audit/audit.js'
import type { GovernanceDeps } from '../deps.js'
import { findLastSigned } from '../queries/checkpoints.js'
import { listStreams } from '../queries/streams.js'
import type { Sweep, Swept } from './sweep.js'

const EXPIRE_ACTION = 'audit.expire'

/**
 * Deletes audit events that are too old, whole signed stretches from the start of each chain: what is left still verifies, from
 * the root of the last stretch that went. A held organisation keeps its chain, a held person everything from their first event
 * on; what a stream has not had yet stays as well.
 */
export async function expireEvents(deps: GovernanceDeps, { before, held, isDryRun }: Sweep): Promise<Swept> {
  const streams = await listStreams(deps.db)
  let [removed, heldBack] = [0, 0]
  for (const { chain } of await listHeads(deps.db)) {
    const due = await findLastSigned(deps.db, chain, { before, belowSeq: null })
    if (!due) continue
    const unsent = streams.filter((stream) => stream.chain === chain).map((stream) => stream.sentSeq + 1)
    const ofHeld = held.includes(chain) ? 0 : await findFirstOf(deps.db, chain, held)
    const stops = [...unsent, ...(ofHeld === null ? [] : [ofHeld])]
    const belowSeq = stops.length === 0 ? null : Math.min(...stops)
    const cut = await findLastSigned(deps.db, chain, { before, belowSeq })
    const all = await countEventsUpTo(deps.db, chain, due.last_seq)
    const going = cut ? await countEventsUpTo(deps.db, chain, cut.last_seq) : 0
    removed += going
    if (ofHeld !== null) heldBack += all - going
    if (isDryRun || !cut || going === 0) continue
    await deps.write(async (tx) => {
      const target = { type: 'audit_chain', id: chain }
      const after = { upToSeq: cut.last_seq, events: going, root: cut.root }
      await deleteEventsUpTo(tx, chain, cut.last_seq)
      await deps.audit.record(tx, { chain: PLATFORM_CHAIN, action: EXPIRE_ACTION, target, after })
    })
  }
  return { removed, held: heldBack }
}
