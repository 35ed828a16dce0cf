import { createFileRoute } from '@tanstack/react-router'
import { accountQuery } from '../../lib/account-queries.js'
import { reposQuery } from '../../lib/repo-list.js'
import { ProfilePage, type ProfileTab } from '../-profile/profile-page.js'

export const Route = createFileRoute('/$ns/')({
  validateSearch: (search): { tab?: ProfileTab } =>
    search['tab'] === 'members' || search['tab'] === 'teams' ? { tab: search['tab'] } : {},
  loader: async ({ context: { queryClient }, params: { ns } }) => {
    const ofAccount = { author: ns, sort: 'lastModified' }
    await Promise.all([
      queryClient.ensureQueryData(accountQuery(ns)),
      queryClient.ensureInfiniteQueryData(reposQuery('model', ofAccount)),
      queryClient.ensureInfiniteQueryData(reposQuery('dataset', ofAccount)),
    ])
  },
  component: () => <ProfilePage {...Route.useParams()} tab={Route.useSearch().tab} />,
})
