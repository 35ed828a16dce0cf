import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { type LastCommits, lastCommitsKey, loadLastCommits } from '../../lib/file-queries.js'
import type { RepoKindName } from '../../lib/repo-list.js'

const restMs = 90
const batchPaths = 100
const nothing: LastCommits = {}

interface Place {
  kind: RepoKindName
  id: string
  commit: string
  folder: string
}

/**
 * Last commits of the entries in sight. They cost the server more than names do, so they are asked for where the reader
 * rests, not for everything that flies by.
 */
export function useLastCommits({ kind, id, commit, folder }: Place, entries: readonly { path: string }[]) {
  const client = useQueryClient()
  const key = lastCommitsKey(kind, id, commit, folder)
  const { data = nothing } = useQuery<LastCommits>({
    queryKey: key,
    queryFn: () => nothing,
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const asked = useRef(new Set<string>())
  useEffect(() => () => clearTimeout(timer.current), [])
  const onRange = useCallback(
    (first: number, last: number) => {
      clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        const known = client.getQueryData<LastCommits>(lastCommitsKey(kind, id, commit, folder)) ?? nothing
        const wanted = entries
          .slice(first, last + 1)
          .map(({ path }) => path)
          .filter((path) => !(path in known) && !asked.current.has(path))
        for (let from = 0; from < wanted.length; from += batchPaths) {
          const batch = wanted.slice(from, from + batchPaths)
          for (const path of batch) asked.current.add(path)
          loadLastCommits(client, { kind, id, commit, folder }, batch).catch(() => {
            for (const path of batch) asked.current.delete(path)
          })
        }
      }, restMs)
    },
    [client, kind, id, commit, folder, entries],
  )
  return { lastCommits: data, onRange }
}
