import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router'
import { sessionQuery } from '../lib/session.js'
import { AppShell } from '../ui/app-shell.js'

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  loader: ({ context }) => context.queryClient.ensureQueryData(sessionQuery),
  component: () => (
    <AppShell>
      <Outlet />
    </AppShell>
  ),
})
