import { createFileRoute } from '@tanstack/react-router'
import { repoQuery } from '../../../lib/repo-queries.js'
import { RepoFrame } from '../../-repo/repo-frame.js'

export const Route = createFileRoute('/$ns/$repo')({
  loader: ({ context, params: { ns, repo } }) =>
    context.queryClient.ensureQueryData(repoQuery('model', `${ns}/${repo}`)),
  component: () => <RepoFrame {...Route.useParams()} kind="model" />,
})
