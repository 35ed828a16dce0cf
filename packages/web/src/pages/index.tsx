import { createFileRoute } from '@tanstack/react-router'
import { sessionQuery, useSession, writableAccounts } from '../lib/session.js'
import { newestModels, ownModelsQuery } from './-home/newest.js'
import { SignedInHome } from './-home/signed-in-home.js'
import { SignedOutHome } from './-home/signed-out-home.js'

export const Route = createFileRoute('/')({
  loader: async ({ context: { queryClient } }) => {
    const session = await queryClient.ensureQueryData(sessionQuery)
    const own = writableAccounts(session).map(({ name }) => queryClient.ensureQueryData(ownModelsQuery(name)))
    await Promise.all([queryClient.ensureInfiniteQueryData(newestModels), ...own])
  },
  component: Home,
})

function Home() {
  const { user } = useSession()
  return user ? <SignedInHome user={user} /> : <SignedOutHome />
}
