import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../../../lib/require-user.js'
import { audit as words } from '../../../text/en/audit.js'
import { Page } from '../../../ui/page.js'
import { AuditExplorer } from '../../-audit/audit-explorer.js'
import { parseAuditSearch } from '../../-audit/audit-search.js'

export const Route = createFileRoute('/organizations/$name/audit')({
  validateSearch: parseAuditSearch,
  beforeLoad: requireUser,
  component: OrgAudit,
})

function OrgAudit() {
  const { name } = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <Page>
      <AuditExplorer
        chain={name}
        title={words.title}
        lead={words.orgLead(name)}
        search={search}
        onSearch={(next) => void navigate({ search: next })}
      />
    </Page>
  )
}
