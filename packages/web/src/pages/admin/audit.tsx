import { createFileRoute } from '@tanstack/react-router'
import { audit as words } from '../../text/en/audit.js'
import { AuditExplorer } from '../-audit/audit-explorer.js'
import { parseAuditSearch } from '../-audit/audit-search.js'

export const Route = createFileRoute('/admin/audit')({
  validateSearch: parseAuditSearch,
  component: PlatformAudit,
})

function PlatformAudit() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <AuditExplorer
      chain="platform"
      title={words.title}
      lead={words.platformLead}
      search={search}
      onSearch={(next) => void navigate({ search: next })}
    />
  )
}
