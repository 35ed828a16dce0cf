import { createFileRoute } from '@tanstack/react-router'
import { useSession } from '../../lib/session.js'
import { FirstSection } from '../../ui/area.js'
import { adminSections } from '../-admin/admin-sections.js'

export const Route = createFileRoute('/admin/')({ component: First })

function First() {
  return <FirstSection sections={adminSections(useSession()).filter(({ to }) => to !== '/admin')} />
}
