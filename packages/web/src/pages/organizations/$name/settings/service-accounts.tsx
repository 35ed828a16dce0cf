import { createServiceAccount, type ServiceAccountView } from '@stoa/contracts'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../../../lib/api.js'
import { useForm } from '../../../../lib/use-form.js'
import { t } from '../../../../text/en.js'
import { org as words } from '../../../../text/en/org.js'
import { Badge } from '../../../../ui/badge.js'
import { Button } from '../../../../ui/button.js'
import { DataTable } from '../../../../ui/data-table.js'
import { EmptyState } from '../../../../ui/empty-state.js'
import { ErrorSummary, formClass, SelectField, TextField } from '../../../../ui/field.js'
import { IconKey, IconPlus } from '../../../../ui/icons.js'
import { PageHeader, Stack } from '../../../../ui/page.js'
import { SidePanel } from '../../../../ui/side-panel.js'
import { TimeAgo } from '../../../../ui/time-ago.js'
import { useToast } from '../../../../ui/toast.js'
import { servicesQuery } from '../../../-org/org-queries.js'
import { ServicePanel } from '../../../-org/service-panel.js'

export const Route = createFileRoute('/organizations/$name/settings/service-accounts')({
  validateSearch: (search): { service?: string; new?: boolean } => ({
    ...(typeof search['service'] === 'string' ? { service: search['service'] } : {}),
    ...(search['new'] ? { new: true } : {}),
  }),
  loader: ({ context, params }) => context.queryClient.ensureQueryData(servicesQuery(params.name)),
  component: Services,
})

function Services() {
  const { name } = Route.useParams()
  const { service: opened, new: isNew = false } = Route.useSearch()
  const navigate = Route.useNavigate()
  const { data: services } = useSuspenseQuery(servicesQuery(name))
  const close = () => void navigate({ search: {} })
  const make = (
    <Button
      variant="primary"
      icon={<IconPlus size={16} stroke={1.75} aria-hidden />}
      onClick={() => void navigate({ search: { new: true } })}
    >
      {words.newService}
    </Button>
  )
  return (
    <Stack>
      <PageHeader title={words.services} lead={words.servicesLead} actions={services.length > 0 && make} />
      {services.length === 0 ? (
        <EmptyState title={words.noServices} icon={<IconKey size={20} stroke={1.75} aria-hidden />} action={make}>
          {words.noServicesHelp}
        </EmptyState>
      ) : (
        <ServiceTable
          services={services}
          selected={opened}
          onOpen={(id) => void navigate({ search: { service: id } })}
        />
      )}
      <SidePanel isOpen={isNew} onClose={close} title={words.newService}>
        <NewService org={name} onDone={(id) => void navigate({ search: { service: id } })} />
      </SidePanel>
      <ServicePanel org={name} service={services.find(({ id }) => id === opened)} onClose={close} />
    </Stack>
  )
}

interface TableProps {
  services: readonly ServiceAccountView[]
  selected: string | undefined
  onOpen: (id: string) => void
}

function ServiceTable({ services, selected, onOpen }: TableProps) {
  return (
    <DataTable
      name={words.services}
      rows={services}
      rowKey={(service) => service.id}
      selected={selected}
      onOpen={(service) => onOpen(service.id)}
      columns={[
        {
          id: 'name',
          head: words.serviceName,
          cell: (service) => <strong style={{ fontWeight: 500 }}>{service.name}</strong>,
          value: (service) => service.name,
        },
        {
          id: 'role',
          head: words.role,
          cell: (service) => <Badge>{t.account.memberRole[service.role]}</Badge>,
          value: (service) => service.role,
        },
        {
          id: 'tokens',
          head: words.tokens,
          cell: (service) => service.tokens.length,
          value: (service) => service.tokens.length,
          isNumeric: true,
        },
        {
          id: 'created',
          head: words.created,
          cell: (service) => <TimeAgo at={service.createdAt} />,
          value: (service) => service.createdAt,
        },
      ]}
    />
  )
}

const ROLES = ['write', 'contributor', 'read', 'no_access'] as const

function NewService({ org, onDone }: { org: string; onDone: (id: string) => void }) {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { name: '', description: '', role: 'read' as (typeof ROLES)[number] },
    check: ({ name }) => (name.trim() ? {} : { name: t.account.needName }),
    submit: ({ name, description, role }) =>
      api.call(createServiceAccount, {
        params: { name: org },
        body: { name: name.trim(), role, ...(description.trim() ? { description: description.trim() } : {}) },
      }),
    onDone: async (service) => {
      await client.invalidateQueries({ queryKey: servicesQuery(org).queryKey })
      say(words.serviceMade(service.name))
      onDone(service.id)
    },
    fieldOf: { NameTaken: 'name', NameInvalid: 'name' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.serviceName}
        help={words.serviceNameHelp}
        autoFocus
        autoComplete="off"
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <TextField
        label={words.description}
        optional
        maxLength={500}
        value={form.values.description}
        onChange={(event) => form.set({ description: event.target.value })}
      />
      <SelectField
        label={words.role}
        help={words.roleHelp[form.values.role]}
        value={form.values.role}
        options={ROLES.map((role) => ({ value: role, label: t.account.memberRole[role] }))}
        onChange={(event) => form.set({ role: event.target.value as (typeof ROLES)[number] })}
      />
      <Button type="submit" variant="primary" busy={form.isBusy}>
        {words.createService}
      </Button>
    </form>
  )
}
