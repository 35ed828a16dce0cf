import type { RetentionFinding } from '@stoa/contracts'
import { actAs, PLATFORM_CHAIN } from '../../../kit/audit/audit.js'
import { countOldRows, deleteOldRows } from '../../../kit/privacy/old-rows.js'
import type { GovernanceDeps } from '../deps.js'
import { insertRun, listHeldAccounts, type RunRow, updateRun } from '../queries/retention.js'
import { expireEvents } from './expire-events.js'
import { type KnownClass, listClasses } from './retention-classes.js'
import type { Sweep, Swept } from './sweep.js'

export const RETENTION_JOB = 'governance.runRetention'
const DAY_MS = 24 * 3_600_000
/** Rows that go in one transaction. */
const BATCH = 1_000

export interface RetentionPayload {
  readonly runId: string
  readonly isDryRun: boolean
}

/** Queues a run; a worker carries it out. */
export async function planRetention(deps: GovernanceDeps, isDryRun: boolean): Promise<RunRow> {
  const run: RunRow = {
    id: deps.ids.next(),
    isDryRun,
    state: 'queued',
    report: { classes: [] },
    createdAt: deps.clock.now(),
    finishedAt: null,
  }
  await deps.write(async (tx) => {
    await insertRun(tx, run)
    await deps.jobs.enqueue(tx, RETENTION_JOB, { runId: run.id, isDryRun } satisfies RetentionPayload)
  })
  return run
}

/** Carries out a queued run and keeps what it found, class by class. */
export async function runRetention(deps: GovernanceDeps, { runId, isDryRun }: RetentionPayload): Promise<void> {
  await deps.write((tx) => updateRun(tx, runId, { state: 'running' }))
  try {
    const classes = await actAs('retention', () => deleteByAge(deps, isDryRun))
    const end = { state: 'done' as const, report: { classes }, finishedAt: deps.clock.now() }
    await deps.write((tx) => updateRun(tx, runId, end))
  } catch (error) {
    await deps.write((tx) => updateRun(tx, runId, { state: 'failed', finishedAt: deps.clock.now() }))
    throw error
  }
}

/** Deletes what is too old in every class, or counts it. What a legal hold stands on stays. */
export async function deleteByAge(deps: GovernanceDeps, isDryRun: boolean): Promise<RetentionFinding[]> {
  const held = await listHeldAccounts(deps.db)
  const found: RetentionFinding[] = []
  for (const known of await listClasses(deps)) {
    const before = new Date(deps.clock.now().getTime() - known.days * DAY_MS)
    const sweep = { before, held, isDryRun }
    const swept = known.aging === null ? await expireEvents(deps, sweep) : await sweepRows(deps, known, sweep)
    found.push({ class: known.class, before: before.toISOString(), ...swept })
  }
  return found
}

async function sweepRows(deps: GovernanceDeps, { class: name, aging }: KnownClass, sweep: Sweep): Promise<Swept> {
  if (aging === null) return { removed: 0, held: 0 }
  const { before, held, isDryRun } = sweep
  const counted = await countOldRows(deps.db, aging, before, held)
  if (isDryRun || counted.old === 0) return { removed: counted.old, held: counted.held }
  let removed = 0
  for (let gone = BATCH; gone === BATCH; removed += gone) {
    gone = await deps.write(async (tx) => {
      const count = await deleteOldRows(tx, aging, { before, held, limit: BATCH })
      const after = { rows: count, before: before.toISOString() }
      const target = { type: 'register_class', id: name }
      if (count > 0) await deps.audit.record(tx, { chain: PLATFORM_CHAIN, action: 'privacy.retention', target, after })
      return count
    })
  }
  return { removed, held: counted.held }
}
