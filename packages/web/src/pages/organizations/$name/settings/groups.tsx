import { createResourceGroup, type ResourceGroupView } from '@stoa/contracts'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../../../lib/api.js'
import { useSession } from '../../../../lib/session.js'
import { useForm } from '../../../../lib/use-form.js'
import { t } from '../../../../text/en.js'
import { org as words } from '../../../../text/en/org.js'
import { Button } from '../../../../ui/button.js'
import { DataTable } from '../../../../ui/data-table.js'
import { EmptyState } from '../../../../ui/empty-state.js'
import { ErrorSummary, formClass, TextArea, TextField } from '../../../../ui/field.js'
import { IconLock, IconPlus } from '../../../../ui/icons.js'
import { PageHeader, Stack } from '../../../../ui/page.js'
import { SidePanel } from '../../../../ui/side-panel.js'
import { useToast } from '../../../../ui/toast.js'
import { GroupPanel } from '../../../-org/group-panel.js'
import { groupsQuery } from '../../../-org/org-queries.js'

export const Route = createFileRoute('/organizations/$name/settings/groups')({
  validateSearch: (search): { group?: string; new?: boolean } => ({
    ...(typeof search['group'] === 'string' ? { group: search['group'] } : {}),
    ...(search['new'] ? { new: true } : {}),
  }),
  loader: ({ context, params }) => context.queryClient.ensureQueryData(groupsQuery(params.name)),
  component: Groups,
})

function Groups() {
  const { name } = Route.useParams()
  const { group: opened, new: isNew = false } = Route.useSearch()
  const navigate = Route.useNavigate()
  const { data: groups } = useSuspenseQuery(groupsQuery(name))
  const isAdmin = useSession().orgs.some((org) => org.name === name && org.role === 'admin')
  const close = () => void navigate({ search: {} })
  const make = isAdmin && (
    <Button
      variant="primary"
      icon={<IconPlus size={16} stroke={1.75} aria-hidden />}
      onClick={() => void navigate({ search: { new: true } })}
    >
      {words.newGroup}
    </Button>
  )
  return (
    <Stack>
      <PageHeader title={words.groups} lead={words.groupsLead} actions={groups.length > 0 && make} />
      {groups.length === 0 ? (
        <EmptyState title={words.noGroups} icon={<IconLock size={20} stroke={1.75} aria-hidden />} action={make}>
          {isAdmin ? words.noGroupsHelp : words.noGroupsMember}
        </EmptyState>
      ) : (
        <GroupTable groups={groups} selected={opened} onOpen={(id) => void navigate({ search: { group: id } })} />
      )}
      <SidePanel isOpen={isNew && isAdmin} onClose={close} title={words.newGroup}>
        <NewGroup org={name} onDone={(id) => void navigate({ search: { group: id } })} />
      </SidePanel>
      <GroupPanel org={name} group={groups.find(({ id }) => id === opened)} isAdmin={isAdmin} onClose={close} />
    </Stack>
  )
}

interface TableProps {
  groups: readonly ResourceGroupView[]
  selected: string | undefined
  onOpen: (id: string) => void
}

function GroupTable({ groups, selected, onOpen }: TableProps) {
  return (
    <DataTable
      name={words.groups}
      rows={groups}
      rowKey={(group) => group.id}
      selected={selected}
      onOpen={(group) => onOpen(group.id)}
      columns={[
        {
          id: 'name',
          head: words.groupName,
          cell: (group) => <strong style={{ fontWeight: 500 }}>{group.name}</strong>,
          value: (group) => group.name,
        },
        {
          id: 'members',
          head: words.members,
          cell: (group) => group.users.length,
          value: (group) => group.users.length,
          isNumeric: true,
        },
        {
          id: 'repositories',
          head: words.repository,
          cell: (group) => group.resources.length,
          value: (group) => group.resources.length,
          isNumeric: true,
        },
        {
          id: 'autoJoin',
          head: words.autoJoin,
          cell: (group) =>
            group.autoJoin?.enabled && group.autoJoin.role
              ? `${group.autoJoin.scope === 'read' ? words.autoJoinRead : words.autoJoinAll} · ${t.account.memberRole[group.autoJoin.role]}`
              : words.autoJoinOff,
        },
      ]}
    />
  )
}

function NewGroup({ org, onDone }: { org: string; onDone: (id: string) => void }) {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { name: '', description: '' },
    check: ({ name }) => (name.trim() ? {} : { name: words.needGroupName }),
    submit: ({ name, description }) =>
      api.call(createResourceGroup, {
        params: { name: org },
        body: { name: name.trim(), ...(description.trim() ? { description: description.trim() } : {}) },
      }),
    onDone: async (group) => {
      await client.invalidateQueries({ queryKey: groupsQuery(org).queryKey })
      say(words.groupMade(group.name))
      onDone(group.id)
    },
    fieldOf: { GroupNameTaken: 'name' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.groupName}
        autoFocus
        autoComplete="off"
        maxLength={96}
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <TextArea
        label={words.description}
        optional
        maxLength={500}
        value={form.values.description}
        onChange={(event) => form.set({ description: event.target.value })}
      />
      <Button type="submit" variant="primary" busy={form.isBusy}>
        {words.createGroup}
      </Button>
    </form>
  )
}
