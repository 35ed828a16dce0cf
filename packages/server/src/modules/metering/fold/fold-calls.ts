import { groupBy } from '../../../kit/group-by.js'
import { createHash } from 'node:crypto'
import type { Db, Tx } from '../../../kit/db/database.js'
import { lockLeases } from '../gate/queries.js'
import { type GatheredCalls, gatherCalls, type HourGroup, usageKey } from '../journal/gather-calls.js'
import type { ScannedCall } from '../journal/scanner.js'
import { type Charge, type FoldDeps, type LeaseBound, sumBounds } from './charge.js'
import { moveBudgets } from './move-budgets.js'
import { moveMoney, toSales } from './move-money.js'
import { type Draw, newDraw, type PricedGroup, rateGroups, type RatedLine, toPriced } from './price-fold.js'
import * as queries from './queries.js'

/** A stretch of one segment, scanned and ready to be counted. */
export interface Stretch {
  readonly journalId: string
  /** Where the database's cursor must stand: the end of the stretch before. */
  readonly cursor: queries.JournalCursor
  readonly segment: number
  readonly fromOffsetBytes: number
  readonly toOffsetBytes: number
  readonly calls: readonly ScannedCall[]
}

/** What a fold took out of leases, by scope key: the gate lowers its counters by it. */
export type FoldedLeases = ReadonlyMap<string, bigint>

/**
 * Counts a stretch of the journal in ONE transaction: cursor, hours, running totals, wallet draws, seller's and platform's shares,
 * leases and budgets move together or not at all. Resolves with null when the cursor stands elsewhere (it was folded before).
 */
export async function foldCalls(deps: FoldDeps, stretch: Stretch): Promise<FoldedLeases | null> {
  const gathered = gatherCalls(stretch.calls)
  return deps.write(async (tx) => {
    const at = deps.clock.now()
    const { journalId, segment } = stretch
    const to = { segment, offsetBytes: BigInt(stretch.toOffsetBytes) }
    if (!(await queries.moveCursor(tx, journalId, stretch.cursor, to, at))) return null
    if (stretch.calls.length === 0) return new Map()
    const fold = { id: foldId(stretch), at }
    await queries.insertFold(tx, { ...toFoldRow(stretch, gathered), id: fold.id, foldedAt: at })
    const priced = toPriced(gathered.groups)
    const folded = await chargeGroups(deps, tx, { journalId, fold, priced })
    await addHours(tx, gathered.groups, priced)
    return folded
  })
}

/**
 * For a fold that `foldCalls` found done: whether it was this very stretch whose commit was not heard of (the connection broke).
 * Resolves with what it took out of leases; null when somebody else folds this journal.
 */
export async function recallFold(db: Db, stretch: Stretch): Promise<FoldedLeases | null> {
  const row = await queries.findJournal(db, stretch.journalId)
  const isOurs = row?.segment === stretch.segment && row.offsetBytes === BigInt(stretch.toOffsetBytes)
  if (!isOurs || row.closedAt !== null) return null
  const priced = toPriced(gatherCalls(stretch.calls).groups)
  const periods = await queries.listBudgetPeriods(db, budgetIdsOf(priced))
  return toFolded(sumBounds(stretch.journalId, priced, periods))
}

function toFolded(bounds: ReadonlyMap<string, LeaseBound>): FoldedLeases {
  return new Map([...bounds].map(([key, bound]) => [key, bound.micros]))
}

async function chargeGroups(deps: FoldDeps, tx: Tx, charge: Charge): Promise<FoldedLeases> {
  const { priced, fold } = charge
  if (priced.length === 0) return new Map()
  const periods = await queries.listBudgetPeriods(tx, budgetIdsOf(priced))
  const bounds = sumBounds(charge.journalId, priced, periods)
  const leases = await lockLeases(
    tx,
    charge.journalId,
    [...bounds.values()].map((bound) => bound.key),
  )
  const { totals, draws } = await loadTotals(tx, priced)
  const versions = [...new Set(priced.map((one) => one.group.subject.planVersionId ?? ''))]
  rateGroups(priced, await deps.linesOf(tx, versions), totals)
  const steps = await moveMoney(deps, tx, charge, { leases, bounds, draws })
  await queries.upsertRatedLines(
    tx,
    [...totals.values()].flatMap((lines) => [...lines.values()]),
  )
  await queries.updateDraws(
    tx,
    steps.map((step) => step.draw),
  )
  await queries.insertSales(
    tx,
    steps.flatMap((step) => toSales(step, fold.id)),
  )
  await moveBudgets(deps, tx, charge, { leases, bounds, periods })
  return toFolded(bounds)
}

async function loadTotals(tx: Tx, priced: readonly PricedGroup[]) {
  const keys = [...groupBy(priced, (one) => one.drawKey).values()].map((members) =>
    newDraw((members[0] as PricedGroup).group),
  )
  await queries.ensureDraws(tx, keys)
  const periods = [...new Map(keys.map((key) => [periodKey(key), key])).values()]
  const drawRows = await queries.lockDraws(tx, periods)
  const totals = new Map<string, Map<string, RatedLine>>()
  for (const line of await queries.lockRatedLines(tx, periods)) {
    const key = periodKey(line)
    const own = totals.get(key) ?? new Map<string, RatedLine>()
    totals.set(key, own.set(`${line.component} ${line.meter}`, { ...line }))
  }
  const draws = new Map(drawRows.map((draw): [string, Draw] => [`${periodKey(draw)}${draw.feePpm}`, { ...draw }]))
  return { totals, draws }
}

async function addHours(tx: Tx, groups: readonly HourGroup[], priced: readonly PricedGroup[]): Promise<void> {
  const charged = new Map(priced.map((one) => [one.group, one.chargedMicros]))
  const merged = [...groupBy(groups, usageKey).values()].map((members) => {
    const [head, ...rest] = members as [HourGroup, ...HourGroup[]]
    const sum = rest.reduce(addGroups, { ...head })
    charged.set(
      sum,
      members.reduce((total, member) => total + (charged.get(member) ?? 0n), 0n),
    )
    return sum
  })
  await queries.addCallHours(tx, merged, charged)
}

function addGroups(a: HourGroup, b: HourGroup): HourGroup {
  return {
    ...a,
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    latencyMs: a.latencyMs + b.latencyMs,
  }
}

function toFoldRow(stretch: Stretch, gathered: GatheredCalls) {
  return {
    journalId: stretch.journalId,
    segment: stretch.segment,
    fromOffsetBytes: BigInt(stretch.fromOffsetBytes),
    toOffsetBytes: BigInt(stretch.toOffsetBytes),
    callCount: gathered.callCount,
    firstCallAt: new Date(gathered.firstCallMs),
    lastCallAt: new Date(gathered.lastCallMs),
  }
}

/** L6: the same stretch is always the same fold. */
function foldId({ journalId, segment, fromOffsetBytes }: Stretch): string {
  return createHash('sha256').update(`fold ${journalId} ${segment} ${fromOffsetBytes}`).digest('hex').slice(0, 24)
}

function budgetIdsOf(priced: readonly PricedGroup[]): string[] {
  return [...new Set(priced.flatMap(({ group: { subject } }) => [...subject.budgetIds, ...subject.watchIds]))]
}

function periodKey(key: { payerId: string; listingId: string; planVersionId: string; periodStart: Date }): string {
  return JSON.stringify([key.payerId, key.listingId, key.planVersionId, key.periodStart.toISOString()])
}
