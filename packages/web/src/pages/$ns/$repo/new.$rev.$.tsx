import { createFileRoute } from '@tanstack/react-router'
import { headCommitQuery } from '../../../lib/repo-queries.js'
import { requireUser } from '../../../lib/require-user.js'
import { NewFilePage } from '../../-repo/edit/edit-page.js'

export const Route = createFileRoute('/$ns/$repo/new/$rev/$')({
  beforeLoad: requireUser,
  loader: ({ context, params: { ns, repo, rev } }) =>
    context.queryClient.ensureQueryData(headCommitQuery('model', `${ns}/${repo}`, rev, '')),
  component: Page,
})

function Page() {
  const { _splat = '', ...params } = Route.useParams()
  return <NewFilePage key={`${params.rev}/${_splat}`} kind="model" {...params} path={_splat} />
}
