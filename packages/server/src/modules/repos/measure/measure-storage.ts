import type { StorageFacts } from '@stoa/contracts'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { RepoDeps } from '../deps.js'
import { findBucketById } from '../queries/buckets.js'
import { findRepoById } from '../queries/repos.js'
import {
  deleteStorageFacts,
  findStorageFacts,
  measureOwner,
  type OwnerKind,
  putStorageFacts,
  type StorageFactsRow,
} from '../queries/storage-facts.js'

const MEASURE_JOB = 'repos.measureStorage'
/** Several writes in a row are measured once; an account, which is more work, less often. */
const WAIT_MS: Readonly<Record<OwnerKind, number>> = { repo: 3_000, bucket: 3_000, account: 60_000 }

interface MeasurePayload {
  readonly kind: OwnerKind
  readonly id: string
}

type MeasureDeps = Pick<RepoDeps, 'db' | 'write' | 'jobs' | 'clock'>

/** Plans a measurement in the transaction of the write that changes it. */
export async function planMeasure(
  deps: Pick<RepoDeps, 'jobs' | 'clock'>,
  tx: Tx,
  owner: MeasurePayload,
): Promise<void> {
  const runAt = new Date(deps.clock.now().getTime() + WAIT_MS[owner.kind])
  await deps.jobs.enqueue(tx, MEASURE_JOB, owner, { runAt, key: `${owner.kind}:${owner.id}` })
}

/** Measures what was written: told by the events of repositories, planned by batches of buckets and by the move into chunks. */
export function scheduleMeasures(deps: RepoDeps): void {
  deps.jobs.handle(MEASURE_JOB, (payload: MeasurePayload) => measure(deps, payload))
  const plan = (owner: MeasurePayload): Promise<void> => deps.write((tx) => planMeasure(deps, tx, owner))
  const onRepo = (payload: { repoId: string }): Promise<void> => plan({ kind: 'repo', id: payload.repoId })
  deps.events.follow(['repos.created', 'repos.updated', 'repos.moved'], 'repos.measureStorage', {
    keyOf: (payload: { repoId: string }) => payload.repoId,
    take: onRepo,
  })
  deps.events.on(
    'repos.deleted',
    'repos.measureStorage repos.deleted',
    async (gone: { repoId: string; accountId: string }) => {
      await onRepo(gone)
      await plan({ kind: 'account', id: gone.accountId })
    },
  )
}

async function measure(deps: MeasureDeps, { kind, id }: MeasurePayload): Promise<void> {
  const facts = await measureOwner(deps.db, kind, id)
  const accountId = kind === 'account' ? null : await accountOf(deps.db, kind, id)
  await deps.write(async (tx) => {
    if (facts === null) await deleteStorageFacts(tx, kind, id)
    else await putStorageFacts(tx, kind, id, { ...facts, measuredAt: deps.clock.now() })
    if (accountId !== null) await planMeasure(deps, tx, { kind: 'account', id: accountId })
  })
}

async function accountOf(db: Db, kind: 'repo' | 'bucket', id: string): Promise<string | null> {
  const found = kind === 'repo' ? await findRepoById(db, id) : await findBucketById(db, id)
  return found?.accountId ?? null
}

/** The facts of one owner: those kept, or measured now when none are kept yet. */
export async function readStorage(deps: Pick<RepoDeps, 'db'>, kind: OwnerKind, id: string): Promise<StorageFacts> {
  const kept = (await findStorageFacts(deps.db, kind, [id])).get(id)
  if (kept) return showStorage(kept)
  const measured = await measureOwner(deps.db, kind, id)
  return showStorage({ ...(measured ?? NOTHING), measuredAt: null })
}

const NOTHING = { logicalBytes: 0n, uniqueBytes: 0n, gitBytes: 0n }

export function showStorage(
  facts: Omit<StorageFactsRow, 'measuredAt'> & { readonly measuredAt: Date | null },
): StorageFacts {
  const saved = facts.logicalBytes - facts.uniqueBytes
  return {
    logicalBytes: Number(facts.logicalBytes),
    uniqueBytes: Number(facts.uniqueBytes),
    // A repository may use a small part of a large xorb, which is counted whole.
    savedBytes: saved > 0n ? Number(saved) : 0,
    gitBytes: Number(facts.gitBytes),
    measuredAt: facts.measuredAt?.toISOString() ?? null,
  }
}
