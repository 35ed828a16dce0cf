import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../../../lib/require-user.js'
import { SettingsTab } from '../../-repo/settings-tab.js'

export const Route = createFileRoute('/$ns/$repo/settings')({
  beforeLoad: requireUser,
  component: () => <SettingsTab {...Route.useParams()} kind="model" />,
})
