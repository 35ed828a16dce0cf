import { createFileRoute } from '@tanstack/react-router'
import { facetsQuery, listQueryOf, parseListSearch } from '../../lib/list-search.js'
import { reposQuery } from '../../lib/repo-list.js'
import { t } from '../../text/en.js'
import { Page, PageHeader } from '../../ui/page.js'
import { RepoList } from '../../ui/repo-list.js'

export const Route = createFileRoute('/datasets/')({
  validateSearch: parseListSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps, cause }) => {
    // A changed filter keeps the old rows in sight until the new ones are here; only the first visit waits.
    if (cause !== 'stay')
      await Promise.all([
        queryClient.ensureInfiniteQueryData(reposQuery('dataset', listQueryOf(deps))),
        queryClient.ensureQueryData(facetsQuery('dataset', deps)),
      ])
  },
  component: Datasets,
})

function Datasets() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <Page>
      <PageHeader title={t.repo.datasets} />
      <RepoList kind="dataset" search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />
    </Page>
  )
}
