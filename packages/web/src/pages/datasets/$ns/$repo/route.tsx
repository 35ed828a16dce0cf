import { createFileRoute } from '@tanstack/react-router'
import { loadRepo } from '../../../-repo/loaders.js'
import { RepoFrame } from '../../../-repo/repo-frame.js'

export const Route = createFileRoute('/datasets/$ns/$repo')({
  loader: ({ context, params: { ns, repo }, location }) =>
    loadRepo(context.queryClient, 'dataset', `${ns}/${repo}`, location.href),
  component: () => <RepoFrame {...Route.useParams()} kind="dataset" />,
})
