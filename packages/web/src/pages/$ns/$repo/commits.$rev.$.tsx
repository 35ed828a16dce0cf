import { createFileRoute } from '@tanstack/react-router'
import { commitsQuery } from '../../../lib/repo-queries.js'
import { CommitsTab } from '../../-repo/commits-tab.js'

export const Route = createFileRoute('/$ns/$repo/commits/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat = '' } }) =>
    context.queryClient.ensureInfiniteQueryData(commitsQuery('model', `${ns}/${repo}`, rev, _splat)),
  component: Commits,
})

function Commits() {
  const { _splat = '', ...params } = Route.useParams()
  return <CommitsTab kind="model" {...params} path={_splat} />
}
