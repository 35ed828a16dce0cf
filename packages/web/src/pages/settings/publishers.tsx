import { createFileRoute } from '@tanstack/react-router'
import { useSession } from '../../lib/session.js'
import { publishers as words } from '../../text/en/publishers.js'
import { SelectField } from '../../ui/field.js'
import { PageHeader, Stack } from '../../ui/page.js'
import { Publishers } from '../-publishers/publishers.js'

export const Route = createFileRoute('/settings/publishers')({
  validateSearch: (search): { account?: string } =>
    typeof search['account'] === 'string' ? { account: search['account'] } : {},
  component: Page,
})

function Page() {
  const { user, orgs } = useSession()
  const { account = user?.name ?? '' } = Route.useSearch()
  const navigate = Route.useNavigate()
  const names = [user?.name ?? '', ...orgs.filter(({ role }) => role === 'admin').map(({ name }) => name)]
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.lead} />
      {names.length > 1 && (
        <SelectField
          label={words.account}
          value={account}
          options={names.map((name) => ({ value: name, label: name }))}
          onChange={({ target }) =>
            void navigate({ search: target.value === user?.name ? {} : { account: target.value } })
          }
        />
      )}
      <Publishers key={account} account={account} />
    </Stack>
  )
}
