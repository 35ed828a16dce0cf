import { compareRevisions } from '@stoa/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../../lib/api.js'
import type { RepoKindName } from '../../../lib/repo-list.js'
import { repoParams } from '../../../lib/repo-queries.js'
import { tf } from '../../../text/en/files.js'
import { Diff } from '../../../ui/diff.js'
import { ErrorState } from '../../../ui/error-state.js'
import { parseDiff } from '../../../ui/parse-diff.js'
import { Skeleton } from '../../../ui/skeleton.js'
import type { RepoProps } from '../repo-frame.js'
import { FileLink } from '../repo-link.js'

/** Git's id of a tree without entries: before the first commit. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

const diffQuery = (kind: RepoKindName, id: string, base: string, head: string) =>
  queryOptions({
    queryKey: [compareRevisions.id, kind, id, base, head],
    queryFn: async ({ signal }) =>
      (
        await api.send(compareRevisions, { params: { ...repoParams(kind, id), rev: `${base}..${head}` }, signal })
      ).text(),
  })

/** What differs between two revisions. */
export function DiffOf({ kind, ns, repo, base, head }: RepoProps & { base: string; head: string }) {
  const { data, error, isPending } = useQuery(diffQuery(kind, `${ns}/${repo}`, base, head))
  const parsed = useMemo(() => (data === undefined ? null : parseDiff(data)), [data])
  if (error) return <ErrorState error={error} />
  if (isPending || !parsed) return <Skeleton lines={6} />
  return (
    <Diff
      files={parsed.files}
      rest={parsed.rest}
      renderLink={(path) => (
        <FileLink {...{ kind, ns, repo, path }} rev={head}>
          {tf.diff.viewFile}
        </FileLink>
      )}
    />
  )
}
