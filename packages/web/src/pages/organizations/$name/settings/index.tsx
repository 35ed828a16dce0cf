import { createFileRoute } from '@tanstack/react-router'
import { useSession } from '../../../../lib/session.js'
import { FirstSection } from '../../../../ui/area.js'
import { orgSections } from '../../../-org/org-sections.js'

export const Route = createFileRoute('/organizations/$name/settings/')({ component: First })

function First() {
  const { name } = Route.useParams()
  return <FirstSection sections={orgSections(useSession(), name)} params={{ name }} />
}
