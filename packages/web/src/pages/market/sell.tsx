import { listListings, type ListingView } from '@stoa/contracts'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { repoOfResource } from '../../lib/offers.js'
import { type Period, parsePeriod, periods } from '../../lib/period.js'
import { type Revenue, revenueQuery, useBestSeller } from '../../lib/revenue.js'
import { requireUser } from '../../lib/require-user.js'
import { useSession, writableAccounts } from '../../lib/session.js'
import { formatExact } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Badge } from '../../ui/badge.js'
import { DataTable } from '../../ui/data-table.js'
import { ErrorState } from '../../ui/error-state.js'
import { SelectField } from '../../ui/field.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { Money } from '../../ui/money.js'
import { Page, PageHeader, Row, Section, Stack } from '../../ui/page.js'
import { shortPrice } from '../../ui/repo-list-item.js'
import { RepoName } from '../../ui/repo-name.js'
import { Skeleton } from '../../ui/skeleton.js'
import { AccountPicker, usePayer } from '../-money/account-picker.js'
import { Sales } from '../-money/sales.js'
import { SplitBar } from '../-money/split-bar.js'

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
const exact = (count: string) => formatExact(BigInt(count))

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
  const best = useBestSeller(names, period)
  const asked = search.account ?? best
  const account = usePayer(asked)
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
        {asked === undefined ? (
          <Skeleton lines={6} />
        ) : (
          <Sold
            account={account}
            period={period}
            sale={search.sale}
            onSelect={(sale) => void navigate({ search: withSale(search, sale) })}
          />
        )}
      </Stack>
    </Page>
  )
}

interface SoldProps {
  account: string
  period: Period
  /** The opened sale, from the address. */
  sale: string | undefined
  onSelect: (sale: string | undefined) => void
}

function Sold({ account, period, sale, onSelect }: SoldProps) {
  const revenue = useQuery({ ...revenueQuery(account, period), placeholderData: keepPreviousData })
  return (
    <>
      {revenue.error && <ErrorState error={revenue.error} onRetry={() => void revenue.refetch()} />}
      {revenue.isPending && <Skeleton lines={6} />}
      {revenue.data && <RevenueTiles data={revenue.data} />}
      {revenue.data && (
        <Sales
          account={account}
          period={period}
          selected={sale}
          onSelect={onSelect}
          total={revenue.data.total}
          currency={revenue.data.currency}
        />
      )}
      <Listings account={account} />
    </>
  )
}

function withSale(search: SellSearch, sale: string | undefined): SellSearch {
  const rest = { ...search }
  delete rest.sale
  return sale ? { ...rest, sale } : rest
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
