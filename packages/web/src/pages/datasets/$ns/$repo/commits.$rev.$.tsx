import { createFileRoute } from '@tanstack/react-router'
import { commitsQuery } from '../../../../lib/repo-queries.js'
import { CommitsTab } from '../../../-repo/commits-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/commits/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat = '' } }) =>
    context.queryClient.ensureInfiniteQueryData(commitsQuery('dataset', `${ns}/${repo}`, rev, _splat)),
  component: Commits,
})

function Commits() {
  const { _splat = '', ...params } = Route.useParams()
  return <CommitsTab kind="dataset" {...params} path={_splat} />
}
