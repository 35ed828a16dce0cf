import type { PlatformAccount } from '@stoa/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useRested } from '../../lib/use-rested.js'
import { t } from '../../text/en.js'
import { admin } from '../../text/en/admin.js'
import { Avatar } from '../../ui/account-name.js'
import { Badge, Badges } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { type Column, DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { SelectField, TextField } from '../../ui/field.js'
import { IconCircleCheck } from '../../ui/icons.js'
import { PageHeader, Row, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { AccountPanel } from './account-panel.js'
import { ACCOUNT_STATES, type AccountSearch } from './account-search.js'
import { type AccountFilter, accountsQuery } from './admin-queries.js'

const words = admin.accounts
const searchRestMs = 200

interface Props {
  kind: 'user' | 'org'
  title: string
  lead: string
  search: AccountSearch
  onSearch: (search: AccountSearch) => void
}

/** Every person or organisation: found, filtered, opened beside the list. */
export function AccountsPage({ kind, title, lead, search: { account: opened, ...filter }, onSearch }: Props) {
  const [typed, setTyped] = useState(filter.search ?? '')
  const rested = useRested(typed.trim(), searchRestMs)
  const asked: AccountFilter = {
    ...(rested ? { search: rested } : {}),
    ...(filter.state ? { state: filter.state } : {}),
  }
  const list = useInfiniteQuery(accountsQuery(kind, asked))
  const accounts = list.data?.pages.flatMap((page) => page.accounts) ?? []
  return (
    <Stack>
      <PageHeader title={title} lead={lead} />
      <Row>
        <TextField
          label={words.search}
          type="search"
          dense
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <SelectField
          label={words.state}
          dense
          value={filter.state ?? ''}
          options={[
            { value: '', label: words.anyState },
            ...ACCOUNT_STATES.map((state) => ({ value: state, label: words.states[state] })),
          ]}
          onChange={({ target }) => onSearch(target.value ? { state: target.value as 'active' } : {})}
        />
      </Row>
      {list.error ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton lines={6} />
      ) : accounts.length === 0 ? (
        <EmptyState title={words.none}>{words.noneHelp}</EmptyState>
      ) : (
        <DataTable
          name={title}
          rows={accounts}
          rowKey={(one) => one.name}
          selected={opened}
          onOpen={(one) => onSearch({ ...filter, account: one.name })}
          columns={kind === 'user' ? [nameColumn, emailColumn, ...shared, ...ofPeople] : [nameColumn, ...shared]}
        />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      <AccountPanel name={opened} onClose={() => onSearch(filter)} />
    </Stack>
  )
}

type Col = Column<PlatformAccount>
const nameColumn: Col = {
  id: 'name',
  head: words.name,
  cell: (one) => (
    <Row>
      <Avatar name={one.name} src={one.avatarUrl} type={one.kind === 'org' ? 'org' : 'user'} size="xs" />
      <strong style={{ fontWeight: 500 }}>{one.name}</strong>
      {one.verified && (
        <IconCircleCheck size={16} stroke={1.75} role="img" aria-label={words.verified} color="var(--accent)" />
      )}
    </Row>
  ),
  value: (one) => one.name,
}
const emailColumn: Col = {
  id: 'email',
  head: words.email,
  cell: (one) => one.email ?? '',
  value: (one) => one.email,
}
const shared: readonly Col[] = [
  {
    id: 'state',
    head: words.state,
    cell: (one) => <Badge tone={one.state === 'suspended' ? 'warn' : 'plain'}>{words.states[one.state]}</Badge>,
    value: (one) => one.state,
  },
  {
    id: 'joined',
    head: words.joined,
    cell: (one) => <TimeAgo at={one.createdAt} />,
    value: (one) => one.createdAt,
  },
]
const ofPeople: readonly Col[] = [
  {
    id: 'lastSeen',
    head: words.lastSeen,
    cell: (one) => (one.lastSeenAt ? <TimeAgo at={one.lastSeenAt} /> : words.never),
    value: (one) => one.lastSeenAt,
  },
  {
    id: 'duties',
    head: words.duties,
    cell: (one) => (
      <Badges>
        {one.duties.map((duty) => (
          <Badge key={duty}>{words.duty[duty].split(':')[0]}</Badge>
        ))}
      </Badges>
    ),
    value: (one) => one.duties.join(' '),
  },
]
