import { createFileRoute } from '@tanstack/react-router'
import { invitations as words } from '../../text/en/invitations.js'
import { parseInvitationSearch } from '../-invitations/invitation-search.js'
import { InvitationsPage } from '../-invitations/invitations-page.js'
import { invitationsQuery } from '../-invitations/place.js'

export const Route = createFileRoute('/admin/invitations')({
  validateSearch: parseInvitationSearch,
  loaderDeps: ({ search: { show = 'open' } }) => ({ show: show as 'open' | 'all' }),
  loader: ({ context, deps }) => context.queryClient.ensureInfiniteQueryData(invitationsQuery(null, deps.show)),
  component: PlatformInvitations,
})

function PlatformInvitations() {
  const navigate = Route.useNavigate()
  return (
    <InvitationsPage
      place={null}
      lead={words.platformLead}
      search={Route.useSearch()}
      onSearch={(search) => void navigate({ search })}
    />
  )
}
