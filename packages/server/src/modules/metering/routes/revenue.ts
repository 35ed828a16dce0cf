import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { HttpScope } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { findLedgerAccount, getVisibleAccount, ledgerAccount, mapListingSlugs, namesOf } from '../../commerce/index.js'
import { cursorInstant, readCursor, writeCursor } from '../../../kit/http/cursor.js'
import { listSales, type RevenueGrouping, type RevenueSums, sumRevenue } from '../statements/queries.js'
import { readSpan, type RouteDeps } from './deps.js'

export function bindRevenue(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.getRevenue, async ({ actor, query }) => {
    if (query.account === undefined && !can(actor, 'platform.ledger.read', null).allow)
      throw refuse('Forbidden', 'Name an account, or be an admin of this platform.')
    const account = query.account === undefined ? null : await getVisibleAccount(deps, actor, query.account)
    const { currency, groupBy, listingId } = query
    const span = readSpan(query, deps.clock.now())
    const rows = await sumRevenue(deps.db, { sellerId: account?.id ?? null, currency, listingId, ...span }, groupBy)
    const labelOf = await labels(
      deps,
      groupBy,
      rows.map((row) => row.key),
    )
    const payable = account ? ledgerAccount('payable', account.id, currency).id : null
    const row = payable ? await findLedgerAccount(deps.db, payable) : null
    return {
      account: account?.name ?? null,
      currency,
      from: span.from.toISOString(),
      to: span.to.toISOString(),
      rows: rows.map((one) => ({ key: one.key, label: labelOf(one.key), ...toSums(one) })),
      total: toSums(rows.reduce(addSums, NOTHING)),
      payableMicros: payable ? `${(row?.creditsPosted ?? 0n) - (row?.debitsPosted ?? 0n)}` : null,
      ledgerAccountId: payable,
    }
  })

  http.bind(contracts.listSales, async ({ actor, query }) => {
    const account = await getVisibleAccount(deps, actor, query.account)
    const after = readCursor(query.cursor, 3)
    const cursor = after ? { at: cursorInstant(after[0]), foldId: after[1] ?? '', listingId: after[2] ?? '' } : null
    const filter = {
      sellerId: account.id,
      currency: query.currency,
      listingId: query.listingId,
      ...readSpan(query, deps.clock.now()),
    }
    const rows = await listSales(deps.db, filter, { limit: query.limit, after: cursor })
    const slugs = await mapListingSlugs(
      deps.db,
      rows.map((row) => row.listingId),
    )
    const last = rows.at(-1)
    return {
      sales: rows.map((row) => toSaleView(row, slugs.get(row.listingId) ?? row.listingId)),
      nextCursor:
        rows.length === query.limit && last
          ? writeCursor([last.hour.toISOString(), last.foldId, last.listingId])
          : null,
    }
  })
}

const NOTHING: RevenueSums = { calls: 0n, grossMicros: 0n, feeMicros: 0n, netMicros: 0n }

function addSums(a: RevenueSums, b: RevenueSums): RevenueSums {
  return {
    calls: a.calls + b.calls,
    grossMicros: a.grossMicros + b.grossMicros,
    feeMicros: a.feeMicros + b.feeMicros,
    netMicros: a.netMicros + b.netMicros,
  }
}

function toSums(sums: RevenueSums) {
  const { calls, grossMicros, feeMicros, netMicros } = sums
  return { calls: `${calls}`, grossMicros: `${grossMicros}`, feeMicros: `${feeMicros}`, netMicros: `${netMicros}` }
}

async function labels(
  deps: RouteDeps,
  groupBy: RevenueGrouping,
  keys: readonly string[],
): Promise<(key: string) => string> {
  if (groupBy === 'seller') return namesOf(deps, keys)
  if (groupBy !== 'listing') return (key) => key
  const slugs = await mapListingSlugs(deps.db, keys)
  return (key) => slugs.get(key) ?? key
}

function toSaleView(row: Awaited<ReturnType<typeof listSales>>[number], slug: string): contracts.SaleView {
  return {
    foldId: row.foldId,
    groupId: row.groupId,
    hour: row.hour.toISOString(),
    foldedAt: row.foldedAt.toISOString(),
    listingId: row.listingId,
    slug,
    planVersionId: row.planVersionId,
    feePpm: row.feePpm,
    calls: row.calls,
    grossMicros: row.grossMicros,
    feeMicros: row.feeMicros,
    netMicros: row.netMicros,
    journal: {
      journalId: row.journalId,
      segment: row.segment,
      fromOffsetBytes: Number(row.fromOffsetBytes),
      toOffsetBytes: Number(row.toOffsetBytes),
    },
  }
}
