import { createFileRoute } from '@tanstack/react-router'
import { requireUser } from '../../../lib/require-user.js'
import { EditPage } from '../../-repo/edit/edit-page.js'
import { loadFile } from '../../-repo/loaders.js'

export const Route = createFileRoute('/$ns/$repo/edit/$rev/$')({
  beforeLoad: requireUser,
  loader: ({ context, params: { ns, repo, rev, _splat: path = '' } }) =>
    loadFile(context.queryClient, { kind: 'model', id: `${ns}/${repo}`, rev, path }),
  component: Page,
})

function Page() {
  const { _splat = '', ...params } = Route.useParams()
  return <EditPage key={`${params.rev}/${_splat}`} kind="model" {...params} path={_splat} />
}
