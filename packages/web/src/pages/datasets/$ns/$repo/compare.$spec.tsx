import { createFileRoute } from '@tanstack/react-router'
import { CompareTab } from '../../../-repo/refs/compare-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/compare/$spec')({
  component: () => <CompareTab {...Route.useParams()} kind="dataset" />,
})
