import { createFileRoute } from '@tanstack/react-router'
import { invitations as words } from '../../../../text/en/invitations.js'
import { parseInvitationSearch } from '../../../-invitations/invitation-search.js'
import { InvitationsPage } from '../../../-invitations/invitations-page.js'
import { invitationsQuery } from '../../../-invitations/place.js'

export const Route = createFileRoute('/organizations/$name/settings/invitations')({
  validateSearch: parseInvitationSearch,
  loaderDeps: ({ search: { show = 'open' } }) => ({ show: show as 'open' | 'all' }),
  loader: ({ context, params, deps }) =>
    context.queryClient.ensureInfiniteQueryData(invitationsQuery(params.name, deps.show)),
  component: OrgInvitations,
})

function OrgInvitations() {
  const { name } = Route.useParams()
  const navigate = Route.useNavigate()
  return (
    <InvitationsPage
      place={name}
      lead={words.orgLead(name)}
      search={Route.useSearch()}
      onSearch={(search) => void navigate({ search })}
    />
  )
}
