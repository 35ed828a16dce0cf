import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { admin } from '../../text/en/admin.js'
import { PageHeader, Stack } from '../../ui/page.js'
import { retentionQuery } from '../-admin/admin-queries.js'
import { LegalHolds } from '../-admin/legal-holds.js'
import { RetentionClasses } from '../-admin/retention-classes.js'
import { RetentionRuns } from '../-admin/retention-runs.js'

export const Route = createFileRoute('/admin/retention')({
  loader: ({ context }) => context.queryClient.ensureQueryData(retentionQuery),
  component: Retention,
})

function Retention() {
  const { data } = useSuspenseQuery(retentionQuery)
  return (
    <Stack>
      <PageHeader title={admin.sections.retention} lead={admin.retention.lead} />
      <RetentionClasses classes={data.classes} />
      <RetentionRuns runs={data.runs} />
      <LegalHolds holds={data.holds} />
    </Stack>
  )
}
