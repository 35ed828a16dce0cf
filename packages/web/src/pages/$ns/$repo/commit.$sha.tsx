import { createFileRoute } from '@tanstack/react-router'
import { CommitTab, commitQuery } from '../../-repo/commit-tab.js'

export const Route = createFileRoute('/$ns/$repo/commit/$sha')({
  loader: ({ context, params: { ns, repo, sha } }) =>
    context.queryClient.ensureQueryData(commitQuery('model', `${ns}/${repo}`, sha)),
  component: () => <CommitTab {...Route.useParams()} kind="model" />,
})
