import { createFileRoute } from '@tanstack/react-router'
import { treeQuery } from '../../../../lib/repo-queries.js'
import { TreeTab } from '../../../-repo/tree-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/tree/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat = '' } }) =>
    context.queryClient.ensureInfiniteQueryData(treeQuery('dataset', `${ns}/${repo}`, rev, _splat)),
  component: Tree,
})

function Tree() {
  const { _splat = '', ...params } = Route.useParams()
  return <TreeTab key={`${params.rev}/${_splat}`} kind="dataset" {...params} path={_splat} />
}
