import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { signOnQuery } from '../../../../lib/sign-on-queries.js'
import { signOn as words } from '../../../../text/en/sign-on.js'
import { PageHeader, Stack } from '../../../../ui/page.js'
import { Connections } from '../../../-sign-on/connections.js'
import { Domains } from '../../../-sign-on/domains.js'
import { PolicyForm } from '../../../-sign-on/policy-form.js'

export const Route = createFileRoute('/organizations/$name/settings/sign-on')({
  loader: ({ context, params }) => context.queryClient.ensureQueryData(signOnQuery({ org: params.name })),
  component: OrgSignOn,
})

function OrgSignOn() {
  const { name } = Route.useParams()
  const { data } = useSuspenseQuery(signOnQuery({ org: name }))
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.orgLead} />
      <Connections owner={{ org: name }} connections={data.connections} />
      <Domains owner={{ org: name }} domains={data.domains} />
      {data.policy && <PolicyForm key={JSON.stringify(data.policy)} org={name} policy={data.policy} />}
    </Stack>
  )
}
