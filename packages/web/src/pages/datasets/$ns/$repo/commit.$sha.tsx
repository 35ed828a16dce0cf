import { createFileRoute } from '@tanstack/react-router'
import { CommitTab, commitQuery } from '../../../-repo/commit-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/commit/$sha')({
  loader: ({ context, params: { ns, repo, sha } }) =>
    context.queryClient.ensureQueryData(commitQuery('dataset', `${ns}/${repo}`, sha)),
  component: () => <CommitTab {...Route.useParams()} kind="dataset" />,
})
