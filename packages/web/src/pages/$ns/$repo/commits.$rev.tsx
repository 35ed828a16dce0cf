import { createFileRoute } from '@tanstack/react-router'
import { commitsQuery } from '../../../lib/repo-queries.js'
import { CommitsTab } from '../../-repo/commits-tab.js'

export const Route = createFileRoute('/$ns/$repo/commits/$rev')({
  loader: ({ context, params: { ns, repo, rev } }) =>
    context.queryClient.ensureInfiniteQueryData(commitsQuery('model', `${ns}/${repo}`, rev)),
  component: () => <CommitsTab {...Route.useParams()} kind="model" />,
})
