import { createFileRoute } from '@tanstack/react-router'
import { refsQuery } from '../../../../lib/repo-queries.js'
import { RefsTab } from '../../../-repo/refs/refs-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/refs')({
  loader: ({ context, params: { ns, repo } }) =>
    context.queryClient.ensureQueryData(refsQuery('dataset', `${ns}/${repo}`)),
  component: () => <RefsTab {...Route.useParams()} kind="dataset" />,
})
