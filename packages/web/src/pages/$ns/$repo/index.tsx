import { createFileRoute } from '@tanstack/react-router'
import { callableQuery } from '../../../lib/callable.js'
import { offerQuery } from '../../../lib/offers.js'
import { cardQuery } from '../../../lib/repo-queries.js'
import { CardTab } from '../../-repo/card-tab.js'

export const Route = createFileRoute('/$ns/$repo/')({
  loader: async ({ context: { queryClient }, params: { ns, repo } }) => {
    const id = `${ns}/${repo}`
    await Promise.all([
      queryClient.ensureQueryData(cardQuery('model', id)),
      queryClient.ensureQueryData(callableQuery),
      queryClient.ensureQueryData(offerQuery(id)),
    ])
  },
  component: () => <CardTab {...Route.useParams()} kind="model" />,
})
