import { createFileRoute } from '@tanstack/react-router'
import { reposQuery } from '../lib/repo-list.js'
import { sessionQuery, useSession } from '../lib/session.js'
import { newestModels } from './-home/newest.js'
import { SignedInHome } from './-home/signed-in-home.js'
import { SignedOutHome } from './-home/signed-out-home.js'

export const Route = createFileRoute('/')({
  loader: async ({ context: { queryClient } }) => {
    const { user } = await queryClient.ensureQueryData(sessionQuery)
    await Promise.all([
      queryClient.ensureInfiniteQueryData(newestModels),
      user && queryClient.ensureInfiniteQueryData(reposQuery('model', { author: user.name, sort: 'lastModified' })),
    ])
  },
  component: Home,
})

function Home() {
  const { user } = useSession()
  return user ? <SignedInHome user={user} /> : <SignedOutHome />
}
