import type { UsageRow } from '@stoa/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { type Period, parsePeriod, periods, spanOf } from '../../lib/period.js'
import { repoOfResource } from '../../lib/offers.js'
import { formatExact } from '../../lib/units.js'
import { type Usage, usageQuery } from '../../lib/usage.js'
import { t } from '../../text/en.js'
import { ButtonLink } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { SelectField } from '../../ui/field.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { IconChartBar } from '../../ui/icons.js'
import { Money } from '../../ui/money.js'
import { Card, PageHeader, Row, Section } from '../../ui/page.js'
import { RepoName } from '../../ui/repo-name.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Sparkline } from '../../ui/sparkline.js'
import { AccountPicker, usePayer } from '../-money/account-picker.js'
import { UsageDetail } from '../-money/usage-detail.js'

export interface UsageSearch {
  account?: string
  period?: Period
  resource?: string
  hour?: string
}

export const Route = createFileRoute('/billing/usage')({
  validateSearch: (search): UsageSearch => ({
    ...(search['account'] ? { account: String(search['account']) } : {}),
    ...(search['period'] ? { period: parsePeriod(search['period']) } : {}),
    ...(search['resource'] ? { resource: String(search['resource']) } : {}),
    ...(search['hour'] ? { hour: String(search['hour']) } : {}),
  }),
  component: UsagePage,
})

const words = t.money
function UsagePage() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const account = usePayer(search.account)
  const period = search.period ?? 'month'
  const usage = useQuery({ ...usageQuery(account, period, 'resource'), placeholderData: keepPreviousData })
  const close = () => {
    const { resource: _, hour: __, ...rest } = search
    void navigate({ search: rest })
  }
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
    <>
      <div>
        <PageHeader title={words.usage} lead={words.usageLead} actions={actions} />
        {usage.error ? (
          <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />
        ) : !usage.data ? (
          <Skeleton lines={6} />
        ) : usage.data.rows.length === 0 ? (
          <NoUsage />
        ) : (
          <Totals data={usage.data} account={account} period={period} />
        )}
      </div>
      {usage.data && usage.data.rows.length > 0 && (
        <UsageTable
          data={usage.data}
          selected={search.resource}
          onOpen={(row) => void navigate({ search: { ...search, resource: row.key } })}
        />
      )}
      <SidePanel
        isOpen={Boolean(search.resource)}
        onClose={close}
        title={search.resource ? repoOfResource(search.resource) : ''}
      >
        {search.resource && (
          <UsageDetail
            account={account}
            period={period}
            resource={search.resource}
            hour={search.hour}
            onHour={(hour) => void navigate({ search: withHour(search, hour) })}
          />
        )}
      </SidePanel>
    </>
  )
}

function withHour(search: UsageSearch, hour: string | undefined): UsageSearch {
  const { hour: before, ...rest } = search
  return hour && hour !== before ? { ...rest, hour } : rest
}

function NoUsage() {
  return (
    <EmptyState
      title={words.noUsage}
      icon={<IconChartBar size={20} stroke={1.75} aria-hidden />}
      action={
        <ButtonLink to="/playground" variant="primary">
          {words.openPlayground}
        </ButtonLink>
      }
    >
      {words.noUsageHelp}
    </EmptyState>
  )
}

const exact = (count: string) => formatExact(BigInt(count))

function Totals({ data, account, period }: { data: Usage; account: string; period: Period }) {
  const { unit } = spanOf(period, new Date())
  const { data: series } = useQuery({ ...usageQuery(account, period, unit), placeholderData: keepPreviousData })
  const values = (series?.rows ?? []).toSorted((a, b) => a.key.localeCompare(b.key)).map((row) => Number(row.calls))
  return (
    <>
      <Tiles>
        <Tile label={words.spend} value={<Money micros={data.total.chargedMicros} currency={data.currency} exact />} />
        <Tile label={words.calls} value={exact(data.total.calls)} />
        <Tile label={words.tokensIn} value={exact(data.total.inputTokens)} />
        <Tile label={words.tokensOut} value={exact(data.total.outputTokens)} />
      </Tiles>
      {values.length > 1 && (
        <div style={{ marginBlockStart: 12 }}>
          <Card>
            <Sparkline values={values} label={`${words.calls}: ${values.join(', ')}`} />
          </Card>
        </div>
      )}
    </>
  )
}

function UsageTable({
  data,
  selected,
  onOpen,
}: {
  data: Usage
  selected: string | undefined
  onOpen: (row: UsageRow) => void
}) {
  const { total, currency } = data
  return (
    <Section title={words.detail}>
      <DataTable
        name={words.usage}
        rows={data.rows}
        rowKey={(row) => row.key}
        onOpen={onOpen}
        selected={selected}
        columns={[
          {
            id: 'resource',
            head: words.resource,
            cell: (row) => <RepoName id={repoOfResource(row.key)} link={false} />,
            value: (row) => row.key,
          },
          {
            id: 'calls',
            head: words.calls,
            isNumeric: true,
            cell: (row) => exact(row.calls),
            value: (row) => BigInt(row.calls),
            total: exact(total.calls),
          },
          {
            id: 'inputTokens',
            head: words.tokensIn,
            isNumeric: true,
            cell: (row) => exact(row.inputTokens),
            value: (row) => BigInt(row.inputTokens),
            total: exact(total.inputTokens),
          },
          {
            id: 'cachedInputTokens',
            head: words.tokensCached,
            isNumeric: true,
            cell: (row) => exact(row.cachedInputTokens),
            value: (row) => BigInt(row.cachedInputTokens),
            total: exact(total.cachedInputTokens),
          },
          {
            id: 'outputTokens',
            head: words.tokensOut,
            isNumeric: true,
            cell: (row) => exact(row.outputTokens),
            value: (row) => BigInt(row.outputTokens),
            total: exact(total.outputTokens),
          },
          {
            id: 'chargedMicros',
            head: words.cost,
            isNumeric: true,
            cell: (row) => <Money micros={row.chargedMicros} currency={currency} exact />,
            value: (row) => BigInt(row.chargedMicros),
            total: <Money micros={total.chargedMicros} currency={currency} exact />,
          },
        ]}
      />
    </Section>
  )
}
