import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { orgOffersQuery } from '../../../lib/sign-on-queries.js'
import { signOn as words } from '../../../text/en/sign-on.js'
import { Page, PageHeader, Stack } from '../../../ui/page.js'
import { OfferButtons } from '../../-sign-on/offers.js'

/** Where members are led whose organisation asks for its own sign-on. */
export const Route = createFileRoute('/organizations/$name/sign-on')({
  loader: ({ context, params }) => context.queryClient.ensureQueryData(orgOffersQuery(params.name)),
  component: OrgSignOnDoor,
})

function OrgSignOnDoor() {
  const { name } = Route.useParams()
  const { data } = useSuspenseQuery(orgOffersQuery(name))
  return (
    <Page narrow>
      <PageHeader title={words.orgTitle(name)} lead={words.orgPageLead} />
      <Stack>
        {data.connections.length === 0 && <p className="muted">{words.noneOffered}</p>}
        <OfferButtons offers={data.connections} next={`/${name}`} />
      </Stack>
    </Page>
  )
}
