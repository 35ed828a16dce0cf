import { createFileRoute } from '@tanstack/react-router'
import { loadFolder } from '../../../-repo/loaders.js'
import { TreeTab } from '../../../-repo/tree-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/tree/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat: path = '' } }) =>
    loadFolder(context.queryClient, { kind: 'dataset', id: `${ns}/${repo}`, rev, path }),
  component: Tree,
})

function Tree() {
  const { _splat = '', ...params } = Route.useParams()
  return <TreeTab key={`${params.rev}/${_splat}`} kind="dataset" {...params} path={_splat} />
}
