import { breakGlass } from '@stoa/contracts'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useSession } from '../../lib/session.js'
import { admin } from '../../text/en/admin.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Notice } from '../../ui/notice.js'
import { PageHeader, Section, Stack } from '../../ui/page.js'
import { ReasonedForm } from '../../ui/reasoned-form.js'
import { useToast } from '../../ui/toast.js'
import { OpeningTable } from '../-audit/opening-table.js'
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
  return (
    <ReasonedForm
      label={words.org}
      need={words.needOrg}
      verb={words.ask}
      isDanger
      submit={(org, reason) => api.call(breakGlass, { body: { org, reason } })}
      onDone={async ({ org }) => {
        await client.invalidateQueries({ queryKey: openingsQuery.queryKey })
        say(words.opened(org))
      }}
    />
  )
}
