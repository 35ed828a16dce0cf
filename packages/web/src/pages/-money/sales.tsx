import { listSales, type SaleView } from '@stoa/contracts'
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { type Period, spanOf } from '../../lib/period.js'
import type { Revenue } from '../../lib/revenue.js'
import { formatExact, formatTime } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { IconCoin } from '../../ui/icons.js'
import { Money } from '../../ui/money.js'
import { Facts, Section } from '../../ui/page.js'
import { RepoName } from '../../ui/repo-name.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { SplitBar } from './split-bar.js'
import { TransferTable } from './transfers.js'

const words = t.money
const everyMs = 5_000
const exact = (count: string) => formatExact(BigInt(count))

const salesQuery = (account: string, period: Period) =>
  infiniteQueryOptions({
    queryKey: [listSales.id, account, period],
    queryFn: ({ pageParam, signal }) =>
      api.call(listSales, {
        query: { account, from: spanOf(period, new Date()).from, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: everyMs,
  })

interface Props {
  account: string
  period: Period
  /** The opened sale, from the address. */
  selected: string | undefined
  onSelect: (foldId: string | undefined) => void
  total: Revenue['total']
  currency: string
}

/** What each fold of the journal drew, newest first; a row opens to its transfers. */
export function Sales({ account, period, selected, onSelect, total, currency }: Props) {
  const list = useInfiniteQuery(salesQuery(account, period))
  const sales = (list.data?.pages.flatMap((page) => page.sales) ?? []).toSorted((a, b) =>
    b.foldedAt.localeCompare(a.foldedAt),
  )
  const open = sales.find((sale) => sale.foldId === selected)
  if (list.isPending) return <Skeleton lines={6} />
  if (!list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (sales.length === 0)
    return (
      <EmptyState title={words.noSales} icon={<IconCoin size={20} stroke={1.75} aria-hidden />}>
        {words.noSalesHelp}
      </EmptyState>
    )
  const money = (micros: string) => <Money micros={micros} currency={currency} exact />
  const sum = (micros: string) => (list.hasNextPage ? undefined : money(micros))
  return (
    <Section title={words.sales}>
      <DataTable<SaleView>
        name={`${words.sales} ${account}`}
        rows={sales}
        rowKey={(sale) => sale.foldId}
        onOpen={(sale) => onSelect(sale.foldId)}
        selected={selected}
        columns={[
          {
            id: 'foldedAt',
            head: words.time,
            cell: (sale) => <TimeAgo at={sale.foldedAt} />,
            value: (sale) => sale.foldedAt,
          },
          {
            id: 'listing',
            head: words.listing,
            cell: (sale) => <RepoName id={sale.slug} link={false} />,
            value: (sale) => sale.slug,
          },
          {
            id: 'calls',
            head: words.calls,
            isNumeric: true,
            cell: (sale) => exact(sale.calls),
            value: (sale) => BigInt(sale.calls),
            total: list.hasNextPage ? undefined : exact(total.calls),
          },
          {
            id: 'grossMicros',
            head: words.gross,
            isNumeric: true,
            cell: (sale) => money(sale.grossMicros),
            value: (sale) => BigInt(sale.grossMicros),
            total: sum(total.grossMicros),
          },
          {
            id: 'feeMicros',
            head: words.fee,
            isNumeric: true,
            cell: (sale) => money(sale.feeMicros),
            value: (sale) => BigInt(sale.feeMicros),
            total: sum(total.feeMicros),
          },
          {
            id: 'netMicros',
            head: words.net,
            isNumeric: true,
            cell: (sale) => money(sale.netMicros),
            value: (sale) => BigInt(sale.netMicros),
            total: sum(total.netMicros),
          },
        ]}
      />
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      <SidePanel isOpen={Boolean(open)} onClose={() => onSelect(undefined)} title={open?.slug ?? ''}>
        {open && <SaleDetail sale={open} currency={currency} />}
      </SidePanel>
    </Section>
  )
}

function SaleDetail({ sale, currency }: { sale: SaleView; currency: string }) {
  return (
    <>
      <SplitBar feeMicros={sale.feeMicros} netMicros={sale.netMicros} currency={currency} />
      <Facts
        facts={[
          [words.gross, <Money key="g" micros={sale.grossMicros} currency={currency} exact />],
          [
            `${words.fee} (${sale.feePpm / 10_000} %)`,
            <Money key="f" micros={sale.feeMicros} currency={currency} exact />,
          ],
          [words.net, <Money key="n" micros={sale.netMicros} currency={currency} exact />],
          [words.calls, exact(sale.calls)],
          [words.hour, formatTime(new Date(sale.hour))],
          [
            words.journal,
            <code key="j">{`${sale.journal.segment}:${sale.journal.fromOffsetBytes}–${sale.journal.toOffsetBytes}`}</code>,
          ],
        ]}
      />
      <Section title={words.transfers}>
        <TransferTable groupId={sale.groupId} currency={currency} />
      </Section>
      <p className="muted">{words.balanced}</p>
    </>
  )
}
