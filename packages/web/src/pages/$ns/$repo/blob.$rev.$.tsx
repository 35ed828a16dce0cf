import { createFileRoute } from '@tanstack/react-router'
import { blobQuery } from '../../../lib/repo-queries.js'
import { BlobTab } from '../../-repo/blob-tab.js'

export const Route = createFileRoute('/$ns/$repo/blob/$rev/$')({
  loader: ({ context, params: { ns, repo, rev, _splat = '' } }) =>
    context.queryClient.ensureQueryData(blobQuery('model', `${ns}/${repo}`, rev, _splat)),
  component: Blob,
})

function Blob() {
  const { _splat = '', ...params } = Route.useParams()
  return <BlobTab key={`${params.rev}/${_splat}`} kind="model" {...params} path={_splat} />
}
