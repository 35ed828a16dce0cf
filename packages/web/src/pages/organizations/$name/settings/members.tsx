import { useInfiniteQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../../../lib/session.js'
import { useRested } from '../../../../lib/use-rested.js'
import { t } from '../../../../text/en.js'
import { org as words } from '../../../../text/en/org.js'
import { AccountName } from '../../../../ui/account-name.js'
import { Badge, Badges } from '../../../../ui/badge.js'
import { Button } from '../../../../ui/button.js'
import { DataTable } from '../../../../ui/data-table.js'
import { EmptyState } from '../../../../ui/empty-state.js'
import { ErrorState } from '../../../../ui/error-state.js'
import { TextField } from '../../../../ui/field.js'
import { IconPlus, IconSearch } from '../../../../ui/icons.js'
import { PageHeader, Stack } from '../../../../ui/page.js'
import { Skeleton } from '../../../../ui/skeleton.js'
import { AddMember } from '../../../-org/add-member.js'
import { MemberPanel } from '../../../-org/member-panel.js'
import { type Member, memberPagesQuery } from '../../../-org/org-queries.js'

export const Route = createFileRoute('/organizations/$name/settings/members')({
  /** `member`: whose panel is open. */
  validateSearch: (search): { member?: string; new?: boolean } => ({
    ...(typeof search['member'] === 'string' ? { member: search['member'] } : {}),
    ...(search['new'] ? { new: true } : {}),
  }),
  loader: ({ context, params }) => context.queryClient.ensureInfiniteQueryData(memberPagesQuery(params.name, '')),
  component: Members,
})

const searchRestMs = 200

function Members() {
  const { name } = Route.useParams()
  const { member: opened, new: isNew = false } = Route.useSearch()
  const navigate = Route.useNavigate()
  const [search, setSearch] = useState('')
  const list = useInfiniteQuery(memberPagesQuery(name, useRested(search.trim(), searchRestMs)))
  const isAdmin = useSession().orgs.some((org) => org.name === name && org.role === 'admin')
  const members = list.data?.pages.flatMap((page) => page.members) ?? []
  const close = () => void navigate({ search: {} })
  return (
    <Stack>
      <PageHeader
        title={words.members}
        lead={words.membersLead}
        actions={
          isAdmin && (
            <Button
              variant="primary"
              icon={<IconPlus size={16} stroke={1.75} aria-hidden />}
              onClick={() => void navigate({ search: { new: true } })}
            >
              {words.addMember}
            </Button>
          )
        }
      />
      <TextField
        label={words.search}
        hideLabel
        type="search"
        placeholder={words.search}
        start={<IconSearch size={16} stroke={1.75} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {list.error ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton lines={6} />
      ) : members.length === 0 ? (
        <EmptyState title={words.noMembers}>{words.noMembersHelp}</EmptyState>
      ) : (
        <MemberTable
          members={members}
          selected={opened}
          {...(isAdmin ? { onOpen: (user: string) => void navigate({ search: { member: user } }) } : {})}
        />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      {isAdmin && <AddMember org={name} isOpen={isNew} onClose={close} />}
      {isAdmin && <MemberPanel org={name} member={members.find(({ user }) => user === opened)} onClose={close} />}
    </Stack>
  )
}

interface TableProps {
  members: readonly Member[]
  selected: string | undefined
  onOpen?: (user: string) => void
}

function MemberTable({ members, selected, onOpen }: TableProps) {
  return (
    <DataTable
      name={words.members}
      rows={members}
      rowKey={(member) => member.user}
      selected={selected}
      {...(onOpen ? { onOpen: (member: Member) => onOpen(member.user) } : {})}
      columns={[
        {
          id: 'name',
          head: words.person,
          cell: (member) => <AccountName name={member.user} fullname={member.fullname} src={member.avatarUrl} />,
          value: (member) => member.user,
        },
        {
          id: 'role',
          head: words.role,
          cell: (member) =>
            member.role && (
              <Badge tone={member.role === 'admin' ? 'accent' : 'plain'}>{t.account.memberRole[member.role]}</Badge>
            ),
          value: (member) => member.role,
        },
        {
          id: 'duties',
          head: words.duties,
          cell: (member) => (
            <Badges>
              {member.duties?.map((duty) => (
                <Badge key={duty}>{words.dutyName[duty as keyof typeof words.dutyName] ?? duty}</Badge>
              ))}
            </Badges>
          ),
          value: (member) => member.duties?.join(' '),
        },
        {
          id: 'groups',
          head: words.groupsOf,
          cell: (member) => member.resourceGroups?.map((group) => group.name).join(', '),
          value: (member) => member.resourceGroups?.map((group) => group.name).join(' '),
        },
      ]}
    />
  )
}
