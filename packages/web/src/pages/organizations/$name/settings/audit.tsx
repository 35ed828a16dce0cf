import { createFileRoute } from '@tanstack/react-router'
import { audit as words } from '../../../../text/en/audit.js'
import { AuditExplorer } from '../../../-audit/audit-explorer.js'
import { parseAuditSearch } from '../../../-audit/audit-search.js'

export const Route = createFileRoute('/organizations/$name/settings/audit')({
  validateSearch: parseAuditSearch,
  component: OrgAudit,
})

function OrgAudit() {
  const { name } = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <AuditExplorer
      chain={name}
      title={words.title}
      lead={words.orgLead(name)}
      search={search}
      onSearch={(next) => void navigate({ search: next })}
    />
  )
}
