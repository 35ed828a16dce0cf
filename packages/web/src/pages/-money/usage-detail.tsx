import { type CallView, listCalls } from '@stoa/contracts'
import { infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { offerQuery, repoOfResource } from '../../lib/offers.js'
import type { Period } from '../../lib/period.js'
import { formatDuration, formatExact, formatTime } from '../../lib/units.js'
import { usageQuery } from '../../lib/usage.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { DataTable } from '../../ui/data-table.js'
import { Money } from '../../ui/money.js'
import { Facts, Section } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'

const words = t.money
const exact = (count: string) => formatExact(BigInt(count))

interface Props {
  account: string
  period: Period
  resource: string
  hour: string | undefined
  onHour: (hour: string | undefined) => void
}

/** From a line of usage down to its hours, and from an hour down to its calls and where they are recorded. */
export function UsageDetail(props: Props) {
  const { account, period, resource, hour, onHour } = props
  const { data } = useQuery(usageQuery(account, period, 'hour', resource))
  const { data: offer } = useQuery(offerQuery(repoOfResource(resource)))
  if (!data) return <Skeleton lines={6} />
  const rows = data.rows.toSorted((a, b) => b.key.localeCompare(a.key))
  return (
    <>
      <Facts
        facts={[
          [words.spend, <Money key="s" micros={data.total.chargedMicros} currency={data.currency} exact />],
          [words.calls, exact(data.total.calls)],
          [words.plan, offer ? `${offer.plan.key} v${offer.plan.version}` : undefined],
          [t.repo.priceInput, offer?.price.input ?? undefined],
          [t.repo.priceOutput, offer?.price.output ?? undefined],
        ]}
      />
      <Section title={words.hours}>
        <DataTable
          name={`${words.usage} ${repoOfResource(resource)} ${words.hours}`}
          rows={rows}
          rowKey={(row) => row.key}
          onOpen={(row) => onHour(row.key)}
          selected={hour}
          columns={[
            { id: 'hour', head: words.hour, cell: (row) => formatTime(new Date(row.key)), value: (row) => row.key },
            {
              id: 'calls',
              head: words.calls,
              isNumeric: true,
              cell: (row) => exact(row.calls),
              value: (row) => BigInt(row.calls),
              total: exact(data.total.calls),
            },
            {
              id: 'tokens',
              head: `${words.tokensIn} / ${words.tokensOut}`,
              isNumeric: true,
              cell: (row) => `${exact(row.inputTokens)} / ${exact(row.outputTokens)}`,
            },
            {
              id: 'chargedMicros',
              head: words.cost,
              isNumeric: true,
              cell: (row) => <Money micros={row.chargedMicros} currency={data.currency} exact />,
              value: (row) => BigInt(row.chargedMicros),
              total: <Money micros={data.total.chargedMicros} currency={data.currency} exact />,
            },
          ]}
        />
      </Section>
      {hour && <Calls account={account} resource={resource} hour={hour} currency={data.currency} />}
    </>
  )
}

const callsQuery = (account: string, resource: string, hour: string) =>
  infiniteQueryOptions({
    queryKey: [listCalls.id, account, resource, hour],
    queryFn: ({ pageParam, signal }) =>
      api.call(listCalls, { query: { account, resource, hour, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })

function Calls({
  account,
  resource,
  hour,
  currency,
}: {
  account: string
  resource: string
  hour: string
  currency: string
}) {
  const list = useInfiniteQuery(callsQuery(account, resource, hour))
  const calls = list.data?.pages.flatMap((page) => page.calls).toSorted((a, b) => b.at.localeCompare(a.at))
  if (!calls) return <Skeleton lines={4} />
  return (
    <Section title={words.calls}>
      <p className="muted" style={{ marginBlockEnd: 8 }}>
        {words.callsHelp}
      </p>
      <DataTable<CallView>
        name={`${words.calls} ${hour}`}
        rows={calls}
        rowKey={(call) => call.requestId}
        columns={[
          { id: 'at', head: words.time, cell: (call) => <TimeAgo at={call.at} />, value: (call) => call.at },
          {
            id: 'tokens',
            head: `${words.tokensIn} / ${words.tokensOut}`,
            isNumeric: true,
            cell: (call) => `${exact(call.inputTokens)} / ${exact(call.outputTokens)}`,
            value: (call) => BigInt(call.outputTokens),
          },
          {
            id: 'latencyMs',
            head: words.latency,
            isNumeric: true,
            cell: (call) => formatDuration(call.latencyMs),
            value: (call) => call.latencyMs,
          },
          {
            id: 'costMicros',
            head: words.cost,
            isNumeric: true,
            cell: (call) => <Money micros={call.costMicros} currency={currency} exact />,
            value: (call) => BigInt(call.costMicros),
          },
          {
            id: 'requestId',
            head: words.request,
            cell: (call) => <CopyText text={call.requestId} shown={call.requestId.slice(0, 12)} what={words.request} />,
            value: (call) => call.requestId,
          },
          {
            id: 'journal',
            head: words.journal,
            cell: (call) => <code>{`${call.journal.segment}:${call.journal.offsetBytes}`}</code>,
            value: (call) => `${call.journal.journalId}:${call.journal.segment}:${call.journal.offsetBytes}`,
          },
        ]}
      />
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
    </Section>
  )
}
