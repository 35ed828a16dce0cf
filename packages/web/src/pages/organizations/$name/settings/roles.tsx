import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { org as words } from '../../../../text/en/org.js'
import { PageHeader, Stack } from '../../../../ui/page.js'
import { rulesQuery } from '../../../-org/org-queries.js'
import { RuleTable } from '../../../-org/rule-table.js'

export const Route = createFileRoute('/organizations/$name/settings/roles')({
  loader: ({ context }) => context.queryClient.ensureQueryData(rulesQuery),
  component: Roles,
})

function Roles() {
  const { data } = useSuspenseQuery(rulesQuery)
  return (
    <Stack>
      <PageHeader title={words.roles} lead={words.rolesLead} />
      <RuleTable title={words.orgTable} rules={data.orgs} />
      <RuleTable title={words.reposTable} rules={data.repos} />
      <p className="muted">{words.contributorNote}</p>
    </Stack>
  )
}
