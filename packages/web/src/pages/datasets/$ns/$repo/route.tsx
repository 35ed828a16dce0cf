import { createFileRoute } from '@tanstack/react-router'
import { repoQuery } from '../../../../lib/repo-queries.js'
import { RepoFrame } from '../../../-repo/repo-frame.js'

export const Route = createFileRoute('/datasets/$ns/$repo')({
  loader: ({ context, params: { ns, repo } }) =>
    context.queryClient.ensureQueryData(repoQuery('dataset', `${ns}/${repo}`)),
  component: () => <RepoFrame {...Route.useParams()} kind="dataset" />,
})
