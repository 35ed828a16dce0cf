import { listOrgRepos, listOwnRepos, type StorageShare } from '@stoa/contracts'
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { storageQuery } from '../../lib/gate-queries.js'
import { useSession } from '../../lib/session.js'
import { formatBytes } from '../../lib/units.js'
import { gates as gatesText } from '../../text/en/gates.js'
import { Bytes } from '../../ui/bytes.js'
import { DataTable } from '../../ui/data-table.js'
import { SelectField } from '../../ui/field.js'
import { Card, PageHeader, Section, Stack } from '../../ui/page.js'

/** Repositories that are listed; the largest. */
const SHOWN = 100

const largestQuery = (account: string) =>
  queryOptions({
    queryKey: [listOwnRepos.id, account],
    queryFn: ({ signal }) => {
      const query = { sort: 'storage' as const, limit: String(SHOWN) }
      return account === 'me'
        ? api.call(listOwnRepos, { query, signal })
        : api.call(listOrgRepos, { params: { name: account }, query, signal })
    },
  })

export const Route = createFileRoute('/settings/storage')({
  validateSearch: (search): { account?: string } =>
    typeof search['account'] === 'string' ? { account: search['account'] } : {},
  loaderDeps: ({ search }) => ({ account: search.account ?? 'me' }),
  loader: ({ context, deps }) =>
    Promise.all([
      context.queryClient.ensureQueryData(storageQuery(deps.account)),
      context.queryClient.ensureQueryData(largestQuery(deps.account)),
    ]),
  component: Storage,
})

const words = gatesText

function Storage() {
  const { account = 'me' } = Route.useSearch()
  const navigate = Route.useNavigate()
  const { user, orgs } = useSession()
  const { data } = useSuspenseQuery(storageQuery(account))
  const options = [
    { value: 'me', label: user?.name ?? '' },
    ...orgs.map((org) => ({ value: org.name, label: org.name })),
  ]
  return (
    <Stack>
      <PageHeader title={words.storage} lead={words.storageLead} />
      {options.length > 1 && (
        <SelectField
          label={words.account}
          options={options}
          value={account}
          onChange={({ target }) => void navigate({ search: target.value === 'me' ? {} : { account: target.value } })}
        />
      )}
      <Card>
        <Meter label={words.publicStorage} share={data.public} format={formatBytes} />
        <Meter label={words.privateStorage} share={data.private} format={formatBytes} />
        <Meter label={words.repositories} share={data.repositories} format={String} />
        <p className="muted">{words.countHelp}</p>
      </Card>
      <Largest account={account} />
    </Stack>
  )
}

interface MeterProps {
  label: string
  share: StorageShare
  format: (value: number) => string
}

function Meter({ label, share: { used, limit }, format }: MeterProps) {
  if (limit === null) {
    return (
      <p>
        <strong>{label}</strong> {words.unlimited(format(used))}
      </p>
    )
  }
  return (
    <div>
      <p>
        <strong>{label}</strong> {format(used)} / {format(limit)} · {words.left(format(Math.max(0, limit - used)))}
      </p>
      <meter
        aria-label={label}
        style={{ width: '100%' }}
        value={used}
        max={Math.max(limit, 1)}
        high={limit * 0.9}
        optimum={0}
      />
    </div>
  )
}

function Largest({ account }: { account: string }) {
  const { data: repos } = useSuspenseQuery(largestQuery(account))
  if (repos.length === 0) return null
  return (
    <Section title={words.largest}>
      <DataTable
        name={words.largest}
        rows={repos}
        rowKey={(repo) => `${repo.type} ${repo.id}`}
        columns={[
          {
            id: 'repo',
            head: words.repository,
            cell: (repo) => <a href={repo.type === 'model' ? `/${repo.id}` : `/${repo.type}s/${repo.id}`}>{repo.id}</a>,
            value: (repo) => repo.id,
          },
          {
            id: 'visibility',
            head: words.visibility,
            cell: (repo) => repo.visibility,
            value: (repo) => repo.visibility,
          },
          {
            id: 'size',
            head: words.size,
            cell: (repo) => <Bytes value={repo.storage} />,
            value: (repo) => repo.storage,
            isNumeric: true,
          },
        ]}
      />
    </Section>
  )
}
