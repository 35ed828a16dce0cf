import { listListings, listSales, type ListingView, type SaleView } from '@stoa/contracts'
import { infiniteQueryOptions, keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { repoOfResource } from '../../lib/offers.js'
import { type Period, parsePeriod, periods, spanOf } from '../../lib/period.js'
import { bestSeller, type Revenue, revenueQuery, useRevenues } from '../../lib/revenue.js'
import { requireUser } from '../../lib/require-user.js'
import { useSession, writableAccounts } from '../../lib/session.js'
import { formatExact, formatTime } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { SelectField } from '../../ui/field.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { IconCoin } from '../../ui/icons.js'
import { Money } from '../../ui/money.js'
import { Facts, Page, PageHeader, Row, Section, Stack } from '../../ui/page.js'
import { shortPrice } from '../../ui/repo-list-item.js'
import { RepoName } from '../../ui/repo-name.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { AccountPicker, usePayer } from '../-money/account-picker.js'
import { SplitBar } from '../-money/split-bar.js'
import { TransferTable } from '../-money/transfers.js'

export interface SellSearch {
  account?: string
  period?: Period
  sale?: string
}

export const Route = createFileRoute('/market/sell')({
  beforeLoad: requireUser,
  validateSearch: (search): SellSearch => ({
    ...(search['account'] ? { account: String(search['account']) } : {}),
    ...(search['period'] ? { period: parsePeriod(search['period']) } : {}),
    ...(search['sale'] ? { sale: String(search['sale']) } : {}),
  }),
  component: SellPage,
})

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
const myListingsQuery = (seller: string) =>
  queryOptions({
    queryKey: [listListings.id, 'of', seller],
    queryFn: ({ signal }) => api.call(listListings, { query: { seller }, signal }),
  })

function SellPage() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const period = search.period ?? 'month'
  const names = writableAccounts(useSession()).map(({ name }) => name)
  const revenues = useRevenues(names, period)
  const account = usePayer(search.account ?? bestSeller(revenues))
  const revenue = useQuery({ ...revenueQuery(account, period), placeholderData: keepPreviousData })
  const actions = (
    <Row>
      <AccountPicker value={account} onChange={(name) => void navigate({ search: { ...search, account: name } })} />
      <SelectField
        label={words.period}
        hideLabel
        dense
        value={period}
        options={periods.map((value) => ({ value, label: words.periods[value] }))}
        onChange={(event) => void navigate({ search: { ...search, period: parsePeriod(event.target.value) } })}
      />
    </Row>
  )
  return (
    <Page>
      <PageHeader title={words.sell} lead={words.sellLead} actions={actions} />
      <Stack>
        {revenue.error && <ErrorState error={revenue.error} onRetry={() => void revenue.refetch()} />}
        {revenue.isPending && <Skeleton lines={6} />}
        {revenue.data && <RevenueTiles data={revenue.data} />}
        {revenue.data && (
          <Sales
            account={account}
            period={period}
            search={search}
            total={revenue.data.total}
            currency={revenue.data.currency}
          />
        )}
        <Listings account={account} />
      </Stack>
    </Page>
  )
}

function RevenueTiles({ data }: { data: Revenue }) {
  const { total, currency } = data
  return (
    <>
      <Tiles>
        <Tile
          label={words.gross}
          value={<Money micros={total.grossMicros} currency={currency} exact />}
          note={`${exact(total.calls)} ${words.calls.toLowerCase()}`}
        />
        <Tile label={words.fee} value={<Money micros={total.feeMicros} currency={currency} exact />} />
        <Tile label={words.net} value={<Money micros={total.netMicros} currency={currency} exact />} />
        {data.payableMicros !== null && (
          <Tile
            label={words.payable}
            value={<Money micros={data.payableMicros} currency={currency} />}
            note={words.heldHelp}
          />
        )}
      </Tiles>
      {BigInt(total.grossMicros) > 0n && (
        <SplitBar feeMicros={total.feeMicros} netMicros={total.netMicros} currency={currency} />
      )}
    </>
  )
}

function Sales({
  account,
  period,
  search,
  total,
  currency,
}: {
  account: string
  period: Period
  search: SellSearch
  total: Revenue['total']
  currency: string
}) {
  const navigate = Route.useNavigate()
  const list = useInfiniteQuery(salesQuery(account, period))
  const sales = (list.data?.pages.flatMap((page) => page.sales) ?? []).toSorted((a, b) =>
    b.foldedAt.localeCompare(a.foldedAt),
  )
  const open = sales.find((sale) => sale.foldId === search.sale)
  const close = () => {
    const { sale: _, ...rest } = search
    void navigate({ search: rest })
  }
  if (!list.isPending && sales.length === 0)
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
        onOpen={(sale) => void navigate({ search: { ...search, sale: sale.foldId } })}
        selected={search.sale}
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
      <SidePanel isOpen={Boolean(open)} onClose={close} title={open?.slug ?? ''}>
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

function Listings({ account }: { account: string }) {
  const { data } = useQuery(myListingsQuery(account))
  if (!data || data.listings.length === 0) return null
  return (
    <Section title={words.listings}>
      <DataTable<ListingView>
        name={`${words.listings} ${account}`}
        rows={data.listings}
        rowKey={(listing) => listing.id}
        columns={[
          {
            id: 'resource',
            head: words.resource,
            cell: (listing) => <RepoName id={repoOfResource(listing.resource)} />,
            value: (listing) => listing.resource,
          },
          { id: 'price', head: t.repo.price, cell: (listing) => shortPrice(listing) },
          {
            id: 'plan',
            head: words.plan,
            cell: (listing) => `${listing.plan.key} v${listing.plan.version}`,
            value: (listing) => listing.plan.key,
          },
          {
            id: 'fee',
            head: words.feeShare,
            isNumeric: true,
            cell: (listing) => `${listing.platformFeePpm / 10_000} %`,
            value: (listing) => listing.platformFeePpm,
          },
          {
            id: 'state',
            head: words.state,
            cell: (listing) => <Badge tone={listing.state === 'published' ? 'good' : 'plain'}>{listing.state}</Badge>,
            value: (listing) => listing.state,
          },
        ]}
      />
    </Section>
  )
}
