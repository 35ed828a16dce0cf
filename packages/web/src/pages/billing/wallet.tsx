import { getWallets, listBudgets, listMovements, type Movement, type WalletView } from '@stoa/contracts'
import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { formatTime } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CommandBlock } from '../../ui/code-snippet.js'
import { CopyText } from '../../ui/copy-text.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { IconWallet } from '../../ui/icons.js'
import { Money } from '../../ui/money.js'
import { Card, Facts, PageHeader, Section } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { AccountPicker, usePayer } from '../-money/account-picker.js'
import { TransferTable } from '../-money/transfers.js'

export interface WalletSearch {
  account?: string
  transfer?: string
}

export const Route = createFileRoute('/billing/wallet')({
  validateSearch: (search): WalletSearch => ({
    ...(search['account'] ? { account: String(search['account']) } : {}),
    ...(search['transfer'] ? { transfer: String(search['transfer']) } : {}),
  }),
  component: WalletPage,
})

const words = t.money

const walletsQuery = (account: string) =>
  queryOptions({
    queryKey: [getWallets.id, account],
    queryFn: ({ signal }) => api.call(getWallets, { params: { account }, signal }),
    refetchInterval: 10_000,
  })
const budgetsQuery = (account: string) =>
  queryOptions({
    queryKey: [listBudgets.id, account],
    queryFn: ({ signal }) => api.call(listBudgets, { query: { account }, signal }),
  })
const movementsQuery = (account: string, currency: string) =>
  infiniteQueryOptions({
    queryKey: [listMovements.id, account, currency],
    queryFn: ({ pageParam, signal }) =>
      api.call(listMovements, {
        params: { account },
        query: { currency, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: 10_000,
  })

function WalletPage() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const account = usePayer(search.account)
  const { data } = useQuery(walletsQuery(account))
  const picker = <AccountPicker value={account} onChange={(name) => void navigate({ search: { account: name } })} />
  return (
    <>
      <div>
        <PageHeader title={words.wallet} lead={words.walletLead} actions={picker} />
        {!data ? (
          <Skeleton lines={3} />
        ) : data.wallets.length === 0 ? (
          <NoWallet />
        ) : (
          data.wallets.map((wallet) => <Balance key={wallet.currency} wallet={wallet} account={account} />)
        )}
      </div>
      <Budgets account={account} />
      {data?.wallets.map((wallet) => (
        <Movements key={wallet.currency} account={account} currency={wallet.currency} search={search} />
      ))}
      <Section title={words.topUp}>
        <Card>
          <p className="muted">{words.topUpHelp}</p>
          <CommandBlock
            language="yaml"
            what={words.topUp}
            text={`wallets:\n  - { account: ${account}, currency: USD, credit: "25.00", id: credit-1 }`}
          />
        </Card>
      </Section>
    </>
  )
}

function NoWallet() {
  return (
    <EmptyState title={words.noWallet} icon={<IconWallet size={20} stroke={1.75} aria-hidden />}>
      {words.noWalletHelp}
    </EmptyState>
  )
}

function Balance({ wallet, account }: { wallet: WalletView; account: string }) {
  return (
    <Tiles>
      <Tile
        label={words.available}
        value={<Money micros={wallet.availableMicros} currency={wallet.currency} exact />}
        note={`${words.account} ${account}`}
      />
      <Tile
        label={words.reserved}
        value={<Money micros={wallet.heldMicros} currency={wallet.currency} />}
        note={words.reservedHelp}
      />
    </Tiles>
  )
}

function Budgets({ account }: { account: string }) {
  const { data } = useQuery(budgetsQuery(account))
  if (!data || data.budgets.length === 0) return null
  return (
    <Section title={words.budgets}>
      <DataTable
        name={words.budgets}
        rows={data.budgets}
        rowKey={(row) => row.id}
        columns={[
          {
            id: 'label',
            head: words.account,
            cell: (row) => (
              <>
                {row.label} <Badge>{row.scope}</Badge>
              </>
            ),
            value: (row) => row.label,
          },
          { id: 'period', head: words.period, cell: (row) => row.period, value: (row) => row.period },
          {
            id: 'used',
            head: words.spend,
            isNumeric: true,
            cell: (row) => <Money micros={row.usedMicros} currency={row.currency} exact />,
            value: (row) => BigInt(row.usedMicros),
          },
          {
            id: 'limit',
            head: words.limit,
            isNumeric: true,
            cell: (row) => <Money micros={row.limitMicros} currency={row.currency} exact />,
            value: (row) => BigInt(row.limitMicros),
          },
          { id: 'resets', head: words.resets, cell: (row) => (row.resetsAt ? <TimeAgo at={row.resetsAt} /> : '') },
        ]}
      />
    </Section>
  )
}

function Movements({ account, currency, search }: { account: string; currency: string; search: WalletSearch }) {
  const list = useInfiniteQuery(movementsQuery(account, currency))
  const navigate = Route.useNavigate()
  const rows = list.data?.pages.flatMap((page) => page.movements) ?? []
  const open = rows.find((row) => row.transferId === search.transfer)
  const close = () => {
    const { transfer: _, ...rest } = search
    void navigate({ search: rest })
  }
  return (
    <Section title={words.movements} note={<span className="muted">{words.movementsHelp}</span>}>
      {list.isPending ? (
        <Skeleton lines={6} />
      ) : !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <DataTable
          name={`${words.movements} ${account} ${currency}`}
          rows={rows}
          rowKey={(row) => row.transferId}
          onOpen={(row) => void navigate({ search: { ...search, transfer: row.transferId } })}
          selected={search.transfer}
          columns={[
            { id: 'at', head: words.time, cell: (row) => <TimeAgo at={row.at} />, value: (row) => row.at },
            { id: 'code', head: words.what, cell: (row) => row.code, value: (row) => row.code },
            { id: 'ref', head: words.reference, cell: (row) => <code>{row.ref}</code>, value: (row) => row.ref },
            {
              id: 'direction',
              head: words.direction,
              cell: (row) => (
                <Badge tone={row.direction === 'in' ? 'good' : 'plain'}>
                  {row.direction === 'in' ? words.inward : words.outward}
                </Badge>
              ),
              value: (row) => row.direction,
            },
            {
              id: 'micros',
              head: words.amount,
              isNumeric: true,
              cell: (row) => <Money micros={row.micros} currency={currency} exact />,
              value: (row) => BigInt(row.micros),
            },
          ]}
        />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      <SidePanel isOpen={Boolean(open)} onClose={close} title={words.transfer}>
        {open && <MovementDetail movement={open} currency={currency} />}
      </SidePanel>
    </Section>
  )
}

function MovementDetail({ movement, currency }: { movement: Movement; currency: string }) {
  return (
    <>
      <Facts
        facts={[
          [words.amount, <Money key="m" micros={movement.micros} currency={currency} exact />],
          [words.what, movement.code],
          [words.time, formatTime(new Date(movement.at))],
          [words.reference, movement.ref],
          [words.transfer, <CopyText key="t" text={movement.transferId} what={words.transfer} />],
        ]}
      />
      <Section title={words.transfers}>
        <TransferTable groupId={movement.groupId} currency={currency} />
      </Section>
      <p className="muted">{words.balanced}</p>
    </>
  )
}
