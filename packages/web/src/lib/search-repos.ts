import { queryOptions } from '@tanstack/react-query'
import { listReposPage, type RepoKindName } from './repo-list.js'

/** Repositories whose name holds `text`, for the palette; the most wanted ones when it is empty. */
export const searchReposQuery = (text: string) =>
  queryOptions({
    queryKey: ['palette.repos', text.trim()],
    queryFn: async ({ signal }) => {
      const search = text.trim() || undefined
      const kinds: readonly RepoKindName[] = ['model', 'dataset']
      const pages = await Promise.all(kinds.map((kind) => listReposPage(kind, { search, limit: '6' }, signal)))
      return pages.flatMap((page, index) => page.items.map(({ id }) => ({ id, kind: kinds[index] ?? 'model' })))
    },
  })
