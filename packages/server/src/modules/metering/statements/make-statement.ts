import type { StatementView } from '@stoa/contracts'
import type { MeteringDeps } from '../deps.js'
import { FEE_CODE, USAGE_CODE } from '../fold/move-money.js'
import { ledgerAccount, mapListingSlugs, sumMovements, TOPUP_CODE } from '../../commerce/index.js'
import { listRatedLines, sumUsage } from './queries.js'

/**
 * One month of one wallet. The balances are sums of ledger transfers, the lines the rated totals of the same month's calls: they
 * agree but for the seconds that a fold takes over midnight of the last day.
 */
export async function makeStatement(
  deps: Pick<MeteringDeps, 'db' | 'commerce'>,
  account: { readonly id: string; readonly name: string },
  wanted: { month: string; currency: string },
): Promise<StatementView> {
  const from = new Date(`${wanted.month}-01T00:00:00Z`)
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1))
  const wallet = ledgerAccount('wallet', account.id, wanted.currency).id
  const before = await sumMovements(deps.db, wallet, { from: null, to: from })
  const moved = await sumMovements(deps.db, wallet, { from, to })
  const opening = before.reduce((sum, row) => sum + row.inMicros - row.outMicros, 0n)
  const closing = moved.reduce((sum, row) => sum + row.inMicros - row.outMicros, opening)
  const isUsage = (code: string): boolean => code === USAGE_CODE || code === FEE_CODE
  const usage = moved.filter((row) => isUsage(row.code)).reduce((sum, row) => sum + row.outMicros - row.inMicros, 0n)
  const paidIn = moved.filter((row) => row.code === TOPUP_CODE).reduce((sum, row) => sum + row.inMicros, 0n)
  const days = await sumUsage(deps.db, { payerId: account.id, currency: wanted.currency, from, to }, 'day')
  return {
    account: account.name,
    currency: wanted.currency,
    month: wanted.month,
    openingMicros: `${opening}`,
    paidInMicros: `${paidIn}`,
    usageMicros: `${usage}`,
    otherMicros: `${opening + paidIn - usage - closing}`,
    closingMicros: `${closing}`,
    lines: await makeLines(deps, account.id, from, wanted.currency),
    days: days.map((day) => ({
      key: day.key,
      label: day.key.slice(0, 10),
      calls: `${day.calls}`,
      inputTokens: `${day.inputTokens}`,
      cachedInputTokens: `${day.cachedInputTokens}`,
      outputTokens: `${day.outputTokens}`,
      chargedMicros: `${day.chargedMicros}`,
    })),
  }
}

async function makeLines(
  deps: Pick<MeteringDeps, 'db' | 'commerce'>,
  payerId: string,
  from: Date,
  currency: string,
): Promise<StatementView['lines']> {
  const rows = await listRatedLines(deps.db, { payerId, periodStart: from, currency })
  const slugs = await mapListingSlugs(
    deps.db,
    rows.map((row) => row.listingId),
  )
  const linesOf = await deps.commerce.planLines(deps.db, [...new Set(rows.map((row) => row.planVersionId))])
  return rows.map((row) => {
    const own = linesOf(row.planVersionId).find((line) => line.component === row.component && line.meter === row.meter)
    return {
      listingId: row.listingId,
      slug: slugs.get(row.listingId) ?? row.listingId,
      planVersionId: row.planVersionId,
      component: row.component,
      meter: row.meter,
      quantity: `${row.quantity}`,
      rate: own?.rateText ?? '',
      micros: `${row.ratedMicros}`,
    }
  })
}
