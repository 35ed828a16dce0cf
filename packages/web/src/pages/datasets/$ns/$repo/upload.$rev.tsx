import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../../../../lib/require-user.js'
import { UploadPage } from '../../../-repo/upload-page.js'

export const Route = createFileRoute('/datasets/$ns/$repo/upload/$rev')({
  validateSearch: ({ path }: Record<string, unknown>): { path?: string } =>
    typeof path === 'string' && path ? { path } : {},
  beforeLoad: requireUser,
  component: () => <UploadPage {...Route.useParams()} kind="dataset" folder={Route.useSearch().path} />,
})
