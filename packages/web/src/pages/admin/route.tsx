import { createFileRoute, Outlet } from '@tanstack/react-router'
import { requireUser } from '../../lib/require-user.js'
import { useSession } from '../../lib/session.js'
import { admin as words } from '../../text/en/admin.js'
import { Area } from '../../ui/area.js'
import { adminSections } from '../-admin/admin-sections.js'

export const Route = createFileRoute('/admin')({ beforeLoad: requireUser, component: Admin })

function Admin() {
  return (
    <Area title={words.title} sections={adminSections(useSession())}>
      <Outlet />
    </Area>
  )
}
