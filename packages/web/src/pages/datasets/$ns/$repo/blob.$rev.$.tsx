import { createFileRoute } from '@tanstack/react-router'
import { loadFile } from '../../../-repo/loaders.js'
import { BlobTab } from '../../../-repo/blob-tab.js'

export const Route = createFileRoute('/datasets/$ns/$repo/blob/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat: path = '' } }) =>
    loadFile(context.queryClient, { kind: 'dataset', id: `${ns}/${repo}`, rev, path }),
  component: Blob,
})

function Blob() {
  const { _splat = '', ...params } = Route.useParams()
  return <BlobTab key={`${params.rev}/${_splat}`} kind="dataset" {...params} path={_splat} />
}
