import { groupBy } from '../../../kit/group-by.js'
import { monthOf } from '../gate/window.js'
import type { HourGroup } from '../journal/gather-calls.js'
import { type CallLine, NO_TOKENS, PPM, splitByWeights, type TokenCounts } from '../../commerce/index.js'

/** What R1 has rated so far for one meter of one component in one service period. */
export interface RatedLine {
  readonly payerId: string
  readonly listingId: string
  readonly planVersionId: string
  readonly periodStart: Date
  readonly component: number
  readonly meter: string
  quantity: bigint
  ratedMicros: bigint
}

/** What was drawn and shared so far for one buyer, listing, price and fee in one service period. */
export interface Draw {
  readonly payerId: string
  readonly listingId: string
  readonly planVersionId: string
  readonly periodStart: Date
  readonly feePpm: number
  readonly sellerId: string
  readonly currency: string
  ratedMicros: bigint
  grossMicros: bigint
  feeMicros: bigint
  netMicros: bigint
}

/** A group that costs something, with what it is charged. */
export interface PricedGroup {
  readonly group: HourGroup
  readonly lineKey: string
  readonly drawKey: string
  ratedMicros: bigint
  chargedMicros: bigint
}

/** What one fold adds to one draw. */
export interface DrawStep {
  readonly draw: Draw
  readonly groups: readonly PricedGroup[]
  readonly grossMicros: bigint
  readonly feeMicros: bigint
  readonly netMicros: bigint
}

/** The key of the running totals a group belongs to. */
export function lineKeyOf(group: HourGroup): string {
  const { payerId, listingId, planVersionId } = group.subject
  return JSON.stringify([payerId, listingId, planVersionId, monthOf(new Date(group.hourMs)).startsAt.toISOString()])
}

export function drawKeyOf(group: HourGroup): string {
  return `${lineKeyOf(group)}${group.subject.feePpm}`
}

/** Groups that have a price; the others are free and only counted. */
export function toPriced(groups: readonly HourGroup[]): PricedGroup[] {
  return groups
    .filter((group) => group.subject.planVersionId !== null)
    .map((group) => ({
      group,
      lineKey: lineKeyOf(group),
      drawKey: drawKeyOf(group),
      ratedMicros: 0n,
      chargedMicros: 0n,
    }))
}

/**
 * Rates the running totals (R1) and gives each group its part of what they rose by (R10, R6): the parts of all folds together are
 * the rating of the final totals. `totals` are this key's lines by `component meter`; missing ones are added.
 */
export function rateGroups(
  priced: readonly PricedGroup[],
  linesOf: (planVersionId: string) => readonly CallLine[],
  totals: Map<string, Map<string, RatedLine>>,
): void {
  for (const [lineKey, members] of groupBy(priced, (one) => one.lineKey)) {
    const own = totals.get(lineKey) ?? new Map<string, RatedLine>()
    totals.set(lineKey, own)
    const { subject, hourMs } = first(members).group
    for (const line of linesOf(subject.planVersionId ?? '')) {
      const quantities = members.map((member) => line.quantity(countsOf(member.group)))
      const added = quantities.reduce((sum, quantity) => sum + quantity, 0n)
      if (added === 0n) continue
      const id = `${line.component} ${line.meter}`
      const total = own.get(id) ?? newLine(subject, hourMs, line)
      own.set(id, total)
      total.quantity += added
      const rated = line.price(total.quantity)
      const shares = quantities.map((weight, index) => ({ id: String(index).padStart(8, '0'), weight }))
      splitByWeights(rated - total.ratedMicros, shares).forEach((part, index) => {
        first(members, index).ratedMicros += part
      })
      total.ratedMicros = rated
    }
  }
}

/**
 * Draws what is due from what each wallet can pay (after its leases were lowered) and shares it between seller and platform.
 * Normally everything is covered by the leases; a rest stays due and is drawn by a later fold, never more than the wallet holds.
 */
export function drawGroups(
  priced: readonly PricedGroup[],
  draws: Map<string, Draw>,
  available: Map<string, bigint>,
  walletOf: (draw: Draw) => string,
): DrawStep[] {
  return [...groupBy(priced, (one) => one.drawKey)].map(([key, members]) => {
    const draw = draws.get(key) ?? newDraw(first(members).group)
    draws.set(key, draw)
    draw.ratedMicros += members.reduce((sum, member) => sum + member.ratedMicros, 0n)
    const due = draw.ratedMicros - draw.grossMicros
    const wallet = walletOf(draw)
    const held = available.get(wallet) ?? 0n
    const grossMicros = due < held ? due : held > 0n ? held : 0n
    available.set(wallet, held - grossMicros)
    chargeMembers(members, grossMicros)
    draw.grossMicros += grossMicros
    const feeMicros = feeOf(draw) - draw.feeMicros
    const netMicros = grossMicros - feeMicros
    draw.feeMicros += feeMicros
    draw.netMicros += netMicros
    return { draw, groups: members, grossMicros, feeMicros, netMicros }
  })
}

/** The platform's part of everything drawn so far: R6 between platform and seller, so that it never falls and never drifts. */
export function feeOf(draw: Pick<Draw, 'grossMicros' | 'feePpm' | 'sellerId'>): bigint {
  const ppm = BigInt(draw.feePpm)
  const shares = [
    { id: 'platform', weight: ppm },
    { id: draw.sellerId, weight: PPM - ppm },
  ]
  return splitByWeights(draw.grossMicros, shares)[0] ?? 0n
}

function chargeMembers(members: readonly PricedGroup[], grossMicros: bigint): void {
  const rated = members.reduce((sum, member) => sum + member.ratedMicros, 0n)
  const shares = members.map((member, index) => ({
    id: String(index).padStart(8, '0'),
    weight: rated > 0n ? member.ratedMicros : member.group.calls,
  }))
  splitByWeights(grossMicros, shares).forEach((part, index) => {
    first(members, index).chargedMicros = part
  })
}

function countsOf(group: HourGroup): TokenCounts {
  return {
    ...NO_TOKENS,
    input: group.inputTokens,
    cachedInput: group.cachedInputTokens,
    output: group.outputTokens,
    requests: group.calls,
  }
}

function newLine(subject: HourGroup['subject'], hourMs: number, line: CallLine): RatedLine {
  return {
    payerId: subject.payerId,
    listingId: subject.listingId ?? '',
    planVersionId: subject.planVersionId ?? '',
    periodStart: monthOf(new Date(hourMs)).startsAt,
    component: line.component,
    meter: line.meter,
    quantity: 0n,
    ratedMicros: 0n,
  }
}

export function newDraw({ subject, hourMs }: HourGroup): Draw {
  return {
    payerId: subject.payerId,
    listingId: subject.listingId ?? '',
    planVersionId: subject.planVersionId ?? '',
    periodStart: monthOf(new Date(hourMs)).startsAt,
    feePpm: subject.feePpm,
    sellerId: subject.sellerId ?? '',
    currency: subject.currency ?? '',
    ratedMicros: 0n,
    grossMicros: 0n,
    feeMicros: 0n,
    netMicros: 0n,
  }
}

function first<T>(items: readonly T[], index = 0): T {
  const item = items[index]
  if (item === undefined) throw new Error('an empty group')
  return item
}
