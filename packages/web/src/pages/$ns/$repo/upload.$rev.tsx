import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../../../lib/require-user.js'
import { UploadPage } from '../../-repo/upload-page.js'

export const Route = createFileRoute('/$ns/$repo/upload/$rev')({
  beforeLoad: requireUser,
  component: () => <UploadPage {...Route.useParams()} kind="model" />,
})
