import { createFileRoute } from '@tanstack/react-router'
import { loadFile } from '../../-repo/loaders.js'
import { BlobTab } from '../../-repo/blob-tab.js'

export const Route = createFileRoute('/$ns/$repo/blob/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat: path = '' } }) =>
    loadFile(context.queryClient, { kind: 'model', id: `${ns}/${repo}`, rev, path }),
  component: Blob,
})

function Blob() {
  const { _splat = '', ...params } = Route.useParams()
  return <BlobTab key={`${params.rev}/${_splat}`} kind="model" {...params} path={_splat} />
}
