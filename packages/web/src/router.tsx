import { createRouter } from '@tanstack/react-router'
import { queryClient } from './lib/query-client.js'
import { routeTree } from './route-tree.gen.js'
import { ErrorPage, NotFoundPage } from './ui/error-page.js'

/** Every page has an address; loaders fetch in parallel before it shows. */
export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 400,
  scrollRestoration: true,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
