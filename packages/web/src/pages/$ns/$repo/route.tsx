import { createFileRoute } from '@tanstack/react-router'
import { loadRepo } from '../../-repo/loaders.js'
import { RepoFrame } from '../../-repo/repo-frame.js'

export const Route = createFileRoute('/$ns/$repo')({
  loader: ({ context, params: { ns, repo }, location }) =>
    loadRepo(context.queryClient, 'model', `${ns}/${repo}`, location.href),
  component: () => <RepoFrame {...Route.useParams()} kind="model" />,
})
