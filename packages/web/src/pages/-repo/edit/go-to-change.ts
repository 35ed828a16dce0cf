import type { QueryClient } from '@tanstack/react-query'
import type { useNavigate } from '@tanstack/react-router'
import { at } from '../../../lib/repo-queries.js'
import { tf } from '../../../text/en/files.js'
import type { useToast } from '../../../ui/toast.js'
import type { RepoProps } from '../repo-frame.js'

interface Tools {
  navigate: ReturnType<typeof useNavigate>
  say: ReturnType<typeof useToast>
  client: QueryClient
}

interface Change extends RepoProps {
  rev: string
  /** The file to show; the folder of `folder` or the main one otherwise. */
  path?: string | undefined
  folder?: string | undefined
  title: string
  pullRequestUrl?: string | undefined
}

/** After a commit: to what was changed, or to what a proposal would change. */
export async function goToChange({ navigate, say, client }: Tools, change: Change): Promise<void> {
  const { kind, ns, repo, rev, path, folder = '', title, pullRequestUrl } = change
  const number = pullRequestUrl && /\/(\d+)$/.exec(pullRequestUrl)?.[1]
  await client.invalidateQueries()
  if (number) {
    const params = { ns, repo, spec: `${rev}..refs/pr/${number}` }
    await navigate({ to: at(kind, '/$ns/$repo/compare/$spec'), params })
    say(tf.edit.proposed(number))
    return
  }
  await (path
    ? navigate({ to: at(kind, '/$ns/$repo/blob/$rev/$'), params: { ns, repo, rev, _splat: path } })
    : navigate({ to: at(kind, '/$ns/$repo/tree/$rev/$'), params: { ns, repo, rev, _splat: folder } }))
  say(title)
}
