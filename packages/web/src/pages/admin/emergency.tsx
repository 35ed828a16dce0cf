import { breakGlass } from '@stoa/contracts'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useSession } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { admin } from '../../text/en/admin.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { PageHeader, Section, Stack } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'
import { OpeningTable } from '../-admin/opening-table.js'
import { openingsQuery } from '../-admin/admin-queries.js'

const words = admin.emergency

export const Route = createFileRoute('/admin/emergency')({
  loader: ({ context }) => context.queryClient.ensureQueryData(openingsQuery),
  component: Emergency,
})

function Emergency() {
  const { user } = useSession()
  const { data } = useSuspenseQuery(openingsQuery)
  const mayOpen = user?.duties.some((duty) => duty === 'operator' || duty === 'trust_lead') ?? false
  return (
    <Stack>
      <PageHeader title={admin.sections.breakGlass} lead={words.lead} />
      {mayOpen ? <OpenForm /> : <Notice>{words.onlyDuties}</Notice>}
      <Section title={words.list}>
        {data.openings.length === 0 ? (
          <EmptyState title={words.none}>{words.noneHelp}</EmptyState>
        ) : (
          <OpeningTable name={words.list} openings={data.openings} />
        )}
      </Section>
    </Stack>
  )
}

function OpenForm() {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { org: '', reason: '' },
    check: ({ org, reason }) => ({
      ...(org.trim() ? {} : { org: words.needOrg }),
      ...(reason.trim().length >= 3 ? {} : { reason: admin.accounts.needReason }),
    }),
    submit: ({ org, reason }) => api.call(breakGlass, { body: { org: org.trim(), reason: reason.trim() } }),
    onDone: async ({ org }) => {
      await client.invalidateQueries({ queryKey: openingsQuery.queryKey })
      form.reset()
      say(words.opened(org))
    },
    fieldOf: { AccountNotFound: 'org' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.org}
        autoComplete="off"
        value={form.values.org}
        error={form.errors.org}
        onChange={(event) => form.set({ org: event.target.value })}
      />
      <TextField
        label={words.reason}
        help={admin.accounts.reasonHelp}
        autoComplete="off"
        maxLength={500}
        value={form.values.reason}
        error={form.errors.reason}
        onChange={(event) => form.set({ reason: event.target.value })}
      />
      <div>
        <Button type="submit" variant="danger" busy={form.isBusy}>
          {words.ask}
        </Button>
      </div>
    </form>
  )
}
