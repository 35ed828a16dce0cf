import { createFileRoute } from '@tanstack/react-router'
import { admin as words } from '../../text/en/admin.js'
import { accountsQuery } from '../-admin/admin-queries.js'
import { parseAccountSearch } from '../-admin/account-search.js'
import { AccountsPage } from '../-admin/accounts-page.js'

export const Route = createFileRoute('/admin/organizations')({
  validateSearch: parseAccountSearch,
  loader: ({ context }) => context.queryClient.ensureInfiniteQueryData(accountsQuery('org', {})),
  component: Organizations,
})

function Organizations() {
  const navigate = Route.useNavigate()
  return (
    <AccountsPage
      kind="org"
      title={words.sections.orgs}
      lead={words.accounts.orgsLead}
      search={Route.useSearch()}
      onSearch={(search) => void navigate({ search })}
    />
  )
}
