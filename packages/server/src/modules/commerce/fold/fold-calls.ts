import { createHash } from 'node:crypto'
import type { CommerceDeps } from '../deps.js'
import { clearingAccount } from '../gate/lease.js'
import {
  advanceWindows,
  ensureWindow,
  type LeaseKey,
  type LeaseRow,
  lockLeases,
  setNotified,
  upsertLeases,
} from '../gate/queries.js'
import { resizeLease } from '../gate/resize-lease.js'
import { scopeKey } from '../gate/scope.js'
import { budgetWindow } from '../gate/window.js'
import { type GatheredCalls, gatherCalls, type HourGroup, usageKey } from '../journal/gather-calls.js'
import type { ScannedCall } from '../journal/scanner.js'
import { applyLocked } from '../ledger/apply-group.js'
import { ledgerAccount, type LedgerAccountSpec } from '../ledger/chart.js'
import { ensureLedgerAccounts, lockBalances } from '../ledger/queries.js'
import { availableMicros, type Transfer, transferId } from '../ledger/transfer.js'
import { splitByWeights } from '../money/split.js'
import type { CallLine } from '../rating/call-price.js'
import type { Tx } from '../../../kit/db/database.js'
import {
  type Draw,
  drawGroups,
  type DrawStep,
  groupBy,
  newDraw,
  type PricedGroup,
  rateGroups,
  type RatedLine,
  toPriced,
} from './price-fold.js'
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

export interface FoldDeps extends Pick<CommerceDeps, 'write' | 'clock' | 'ids' | 'events'> {
  linesOf(tx: Tx, planVersionIds: readonly string[]): Promise<(planVersionId: string) => readonly CallLine[]>
}

/** What a fold took out of leases, by scope key: the gate lowers its counters by it. */
export type FoldedLeases = ReadonlyMap<string, bigint>

/** The platform's share of sales (R1 of rows.md: fees are postings like any other). */
export const FEE_ACCOUNT_OWNER = 'platform_fees'
export const USAGE_CODE = 'usage'
export const FEE_CODE = 'usage.fee'

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

interface Charge {
  readonly journalId: string
  readonly fold: { readonly id: string; readonly at: Date }
  readonly priced: readonly PricedGroup[]
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
  return new Map([...bounds].map(([key, bound]) => [key, bound.micros]))
}

interface Bound {
  readonly key: LeaseKey
  micros: bigint
}

/** What the calls took from each lease. */
function sumBounds(
  journalId: string,
  priced: readonly PricedGroup[],
  periods: ReadonlyMap<string, Parameters<typeof budgetWindow>[0]>,
): Map<string, Bound> {
  const bounds = new Map<string, Bound>()
  const add = (scope: LeaseKey['scope'], subjectId: string, windowStart: Date, micros: bigint): void => {
    const id = scopeKey(scope, subjectId, windowStart.getTime())
    const known = bounds.get(id)
    if (known) known.micros += micros
    else bounds.set(id, { key: { journalId, scope, subjectId, windowStart }, micros })
  }
  for (const { group } of priced) {
    const { payerId, currency, budgetIds } = group.subject
    add('wallet', ledgerAccount('wallet', payerId, currency ?? '').id, new Date(0), group.boundMicros)
    for (const id of budgetIds) {
      const period = periods.get(id)
      if (period) add('budget', id, budgetWindow(period, new Date(group.hourMs)).startsAt, group.boundMicros)
    }
  }
  return bounds
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

/** Leases down by what was taken, wallets down by what is due, payables and fees up: one transfer group per fold. */
async function moveMoney(
  deps: FoldDeps,
  tx: Tx,
  { journalId, fold, priced }: Charge,
  state: { leases: readonly LeaseRow[]; bounds: ReadonlyMap<string, Bound>; draws: Map<string, Draw> },
): Promise<DrawStep[]> {
  const walletLeases = state.leases.filter((lease) => lease.scope === 'wallet')
  const resized = walletLeases.map((lease) => {
    const micros = state.bounds.get(scopeKey('wallet', lease.subjectId, 0))?.micros ?? 0n
    const rest = lease.amountMicros > micros ? lease.amountMicros - micros : 0n
    return {
      ...resizeLease(lease, rest, clearingAccount(journalId, lease.subjectId), deps.ids.next()),
      freed: lease.amountMicros - rest,
    }
  })
  const accounts = accountsOf(journalId, priced)
  await ensureLedgerAccounts(tx, accounts, fold.at)
  const balances = await lockBalances(
    tx,
    accounts.map((account) => account.id),
  )
  const available = new Map([...balances].map(([id, balance]) => [id, availableMicros(balance)]))
  for (const { row, freed } of resized) available.set(row.subjectId, (available.get(row.subjectId) ?? 0n) + freed)
  const walletOf = (draw: Draw): string => ledgerAccount('wallet', draw.payerId, draw.currency).id
  const steps = drawGroups(priced, state.draws, available, walletOf)
  const transfers = [
    ...resized.flatMap(({ transfers: own }) => own.filter((transfer) => transfer.kind === 'void')),
    ...steps.flatMap((step) => toTransfers(step, fold.id)),
    ...resized.flatMap(({ transfers: own }) => own.filter((transfer) => transfer.kind === 'pending')),
  ]
  if (transfers.length > 0)
    await applyLocked(tx, { id: groupId(fold.id), at: fold.at, accounts: [], transfers }, balances)
  await upsertLeases(
    tx,
    resized.map(({ row }) => row),
    fold.at,
  )
  return steps
}

function toTransfers({ draw, netMicros, feeMicros }: DrawStep, id: string): Transfer[] {
  const wallet = ledgerAccount('wallet', draw.payerId, draw.currency).id
  const fact = [id, draw.payerId, draw.listingId, draw.planVersionId, draw.periodStart.toISOString(), draw.feePpm]
  const posted = { kind: 'posted' as const, debitId: wallet, pendingId: null, ref: draw.listingId }
  const payable = ledgerAccount('payable', draw.sellerId, draw.currency).id
  const fees = ledgerAccount('revenue', FEE_ACCOUNT_OWNER, draw.currency).id
  const both: Transfer[] = [
    { ...posted, id: transferId('usage.net', ...fact), creditId: payable, amountMicros: netMicros, code: USAGE_CODE },
    { ...posted, id: transferId('usage.fee', ...fact), creditId: fees, amountMicros: feeMicros, code: FEE_CODE },
  ]
  return both.filter((transfer) => transfer.amountMicros > 0n)
}

function accountsOf(journalId: string, priced: readonly PricedGroup[]): LedgerAccountSpec[] {
  const specs = priced.flatMap(({ group: { subject } }) => {
    const currency = subject.currency ?? ''
    const wallet = ledgerAccount('wallet', subject.payerId, currency)
    return [
      wallet,
      clearingAccount(journalId, wallet.id),
      ledgerAccount('payable', subject.sellerId ?? '', currency),
      ledgerAccount('revenue', FEE_ACCOUNT_OWNER, currency),
    ]
  })
  return [...new Map(specs.map((spec) => [spec.id, spec])).values()]
}

async function moveBudgets(
  deps: FoldDeps,
  tx: Tx,
  { priced, fold }: Charge,
  state: {
    leases: readonly LeaseRow[]
    bounds: ReadonlyMap<string, Bound>
    periods: ReadonlyMap<string, Parameters<typeof budgetWindow>[0]>
  },
): Promise<void> {
  const windows = new Map<string, { budgetId: string; startsAt: Date; unleased: bigint; used: bigint }>()
  for (const { group, chargedMicros } of priced) {
    for (const budgetId of [...group.subject.budgetIds, ...group.subject.watchIds]) {
      const period = state.periods.get(budgetId)
      if (!period) continue
      const { startsAt, endsAt } = budgetWindow(period, new Date(group.hourMs))
      const key = scopeKey('budget', budgetId, startsAt.getTime())
      if (!windows.has(key)) {
        windows.set(key, { budgetId, startsAt, unleased: 0n, used: 0n })
        await ensureWindow(tx, { budgetId, startsAt, endsAt })
      }
      const window = windows.get(key)
      if (window) window.used += chargedMicros
    }
  }
  const budgetLeases = state.leases.filter((lease) => lease.scope === 'budget')
  const lowered = budgetLeases.map((lease) => {
    const key = scopeKey('budget', lease.subjectId, lease.windowStart.getTime())
    const micros = state.bounds.get(key)?.micros ?? 0n
    const rest = lease.amountMicros > micros ? lease.amountMicros - micros : 0n
    const window = windows.get(key)
    if (window) window.unleased = lease.amountMicros - rest
    return { ...lease, amountMicros: rest }
  })
  await upsertLeases(tx, lowered, fold.at)
  for (const moved of await advanceWindows(tx, [...windows.values()])) await announceThreshold(deps, tx, moved)
}

type MovedWindow = Awaited<ReturnType<typeof advanceWindows>>[number]

/** Soft limits are announced once per threshold and window (I12). */
async function announceThreshold(deps: FoldDeps, tx: Tx, window: MovedWindow): Promise<void> {
  const reached = window.softPpm.filter(
    (ppm) => ppm > window.notifiedPpm && window.usedMicros * 1_000_000n >= window.limitMicros * BigInt(ppm),
  )
  if (reached.length === 0) return
  const highest = Math.max(...reached)
  await setNotified(tx, window.budgetId, window.startsAt, highest)
  await deps.events.emit(tx, 'commerce.budget.softReached', {
    budgetId: window.budgetId,
    startsAt: window.startsAt.toISOString(),
    ppm: highest,
    usedMicros: window.usedMicros.toString(),
    limitMicros: window.limitMicros.toString(),
  })
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

function toSales(step: DrawStep, id: string): queries.SaleRow[] {
  const hours = [...groupBy(step.groups, (one) => String(one.group.hourMs)).entries()]
  const gross = hours.map(([, members]) => members.reduce((sum, member) => sum + member.chargedMicros, 0n))
  const weights = gross.map((weight, index) => ({ id: String(index).padStart(8, '0'), weight }))
  const fees = splitByWeights(step.feeMicros, weights)
  return hours.map(([hourMs, members], index) => ({
    foldId: id,
    listingId: step.draw.listingId,
    payerId: step.draw.payerId,
    hour: new Date(Number(hourMs)),
    sellerId: step.draw.sellerId,
    planVersionId: step.draw.planVersionId,
    feePpm: step.draw.feePpm,
    currency: step.draw.currency,
    calls: members.reduce((sum, member) => sum + member.group.calls, 0n),
    grossMicros: gross[index] ?? 0n,
    feeMicros: fees[index] ?? 0n,
    netMicros: (gross[index] ?? 0n) - (fees[index] ?? 0n),
    groupId: groupId(id),
  }))
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

function groupId(id: string): string {
  return `fold:${id}`
}

function budgetIdsOf(priced: readonly PricedGroup[]): string[] {
  return [...new Set(priced.flatMap(({ group: { subject } }) => [...subject.budgetIds, ...subject.watchIds]))]
}

function periodKey(key: { payerId: string; listingId: string; planVersionId: string; periodStart: Date }): string {
  return JSON.stringify([key.payerId, key.listingId, key.planVersionId, key.periodStart.toISOString()])
}
