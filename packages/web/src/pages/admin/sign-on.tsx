import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { signOnQuery } from '../../lib/sign-on-queries.js'
import { signOn as words } from '../../text/en/sign-on.js'
import { PageHeader, Stack } from '../../ui/page.js'
import { Connections } from '../-sign-on/connections.js'
import { Domains } from '../-sign-on/domains.js'

export const Route = createFileRoute('/admin/sign-on')({
  loader: ({ context }) => context.queryClient.ensureQueryData(signOnQuery('platform')),
  component: PlatformSignOn,
})

function PlatformSignOn() {
  const { data } = useSuspenseQuery(signOnQuery('platform'))
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.platformLead} />
      <Connections owner="platform" connections={data.connections} />
      <Domains owner="platform" domains={data.domains} />
    </Stack>
  )
}
