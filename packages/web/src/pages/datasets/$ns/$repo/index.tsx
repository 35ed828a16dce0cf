import { createFileRoute } from '@tanstack/react-router'
import { cardQuery } from '../../../../lib/repo-queries.js'
import { CardTab } from '../../../-repo/card-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/')({
  loader: ({ context, params: { ns, repo } }) =>
    context.queryClient.ensureQueryData(cardQuery('dataset', `${ns}/${repo}`)),
  component: () => <CardTab {...Route.useParams()} kind="dataset" />,
})
