import { listOpenings } from '@stoa/contracts'
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../../../lib/api.js'
import { audit as words } from '../../../../text/en/audit.js'
import { Section, Stack } from '../../../../ui/page.js'
import { AuditExplorer } from '../../../-audit/audit-explorer.js'
import { parseAuditSearch } from '../../../-audit/audit-search.js'
import { OpeningTable } from '../../../-audit/opening-table.js'

const openingsOf = (name: string) =>
  queryOptions({
    queryKey: [listOpenings.id, name],
    queryFn: ({ signal }) => api.call(listOpenings, { params: { name }, signal }),
  })

export const Route = createFileRoute('/organizations/$name/settings/audit')({
  validateSearch: parseAuditSearch,
  loader: ({ context, params }) => context.queryClient.ensureQueryData(openingsOf(params.name)),
  component: OrgAudit,
})

function OrgAudit() {
  const { name } = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const { data } = useSuspenseQuery(openingsOf(name))
  return (
    <Stack>
      <AuditExplorer
        chain={name}
        title={words.title}
        lead={words.orgLead(name)}
        search={search}
        onSearch={(next) => void navigate({ search: next })}
      />
      <Section title={words.openings}>
        <p className="muted">{data.openings.length === 0 ? words.noOpenings : words.openingsHelp}</p>
        {data.openings.length > 0 && <OpeningTable name={words.openings} openings={data.openings} />}
      </Section>
    </Stack>
  )
}
