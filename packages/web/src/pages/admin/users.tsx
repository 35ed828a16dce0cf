import { createFileRoute } from '@tanstack/react-router'
import { admin as words } from '../../text/en/admin.js'
import { accountsQuery } from '../-admin/admin-queries.js'
import { parseAccountSearch } from '../-admin/account-search.js'
import { AccountsPage } from '../-admin/accounts-page.js'

export const Route = createFileRoute('/admin/users')({
  validateSearch: parseAccountSearch,
  loader: ({ context }) => context.queryClient.ensureInfiniteQueryData(accountsQuery('user', {})),
  component: Users,
})

function Users() {
  const navigate = Route.useNavigate()
  return (
    <AccountsPage
      kind="user"
      title={words.sections.users}
      lead={words.accounts.usersLead}
      search={Route.useSearch()}
      onSearch={(search) => void navigate({ search })}
    />
  )
}
