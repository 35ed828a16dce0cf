import { createFileRoute, Outlet } from '@tanstack/react-router'
import { requireUser } from '../../../../lib/require-user.js'
import { useSession } from '../../../../lib/session.js'
import { org as words } from '../../../../text/en/org.js'
import { Area } from '../../../../ui/area.js'
import { orgSections } from '../../../-org/org-sections.js'

export const Route = createFileRoute('/organizations/$name/settings')({
  beforeLoad: requireUser,
  component: OrgSettings,
})

function OrgSettings() {
  const { name } = Route.useParams()
  return (
    <Area title={words.settings(name)} sections={orgSections(useSession(), name)} params={{ name }}>
      <Outlet />
    </Area>
  )
}
