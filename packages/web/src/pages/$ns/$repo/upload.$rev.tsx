import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../../../lib/require-user.js'
import { UploadPage } from '../../-repo/upload-page.js'

export const Route = createFileRoute('/$ns/$repo/upload/$rev')({
  validateSearch: ({ path }: Record<string, unknown>): { path?: string } =>
    typeof path === 'string' && path ? { path } : {},
  beforeLoad: requireUser,
  component: () => <UploadPage {...Route.useParams()} kind="model" folder={Route.useSearch().path} />,
})
