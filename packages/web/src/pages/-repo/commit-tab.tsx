import { compareRevisions, listCommits } from '@stoa/contracts'
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import type { RepoKindName } from '../../lib/repo-list.js'
import { repoParams } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { AccountName } from '../../ui/account-name.js'
import { ButtonLink } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { Diff } from '../../ui/diff.js'
import { Row, Section, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import type { RepoProps } from './repo-frame.js'

/** The commit and the one before it. */
export const commitQuery = (kind: RepoKindName, id: string, sha: string) =>
  queryOptions({
    queryKey: [listCommits.id, 'one', kind, id, sha],
    queryFn: async ({ signal }) => {
      const [commit, parent] = await api.call(listCommits, {
        params: { ...repoParams(kind, id), rev: sha },
        query: { limit: '2' },
        signal,
      })
      return { commit, parent }
    },
  })

const diffQuery = (kind: RepoKindName, id: string, from: string | undefined, to: string | undefined) =>
  queryOptions({
    queryKey: [compareRevisions.id, kind, id, from, to],
    queryFn: async ({ signal }) =>
      (
        await api.send(compareRevisions, {
          params: { ...repoParams(kind, id), rev: `${from}..${to}` },
          query: { raw: 'true' },
          signal,
        })
      ).text(),
    enabled: Boolean(from && to),
  })

export function CommitTab({ kind, ns, repo, sha }: RepoProps & { sha: string }) {
  const id = `${ns}/${repo}`
  const { data } = useSuspenseQuery(commitQuery(kind, id, sha))
  const { commit, parent } = data
  const diff = useQuery(diffQuery(kind, id, parent?.id, commit?.id))
  if (!commit) return null
  const body = commit.message.slice(commit.title.length).trim()
  const params = { ns, repo, rev: commit.id, _splat: '' }
  return (
    <Stack>
      <Section
        title={commit.title}
        note={
          kind === 'model' ? (
            <ButtonLink to="/$ns/$repo/tree/$rev/$" params={params}>
              {t.repo.browseAt}
            </ButtonLink>
          ) : (
            <ButtonLink to="/datasets/$ns/$repo/tree/$rev/$" params={params}>
              {t.repo.browseAt}
            </ButtonLink>
          )
        }
      >
        {body && <p>{body}</p>}
        <Row>
          {commit.authors.map(({ user, avatar }) =>
            /^[\w-]+$/.test(user) ? (
              <AccountName key={user} name={user} src={avatar} />
            ) : (
              <span key={user}>{user}</span>
            ),
          )}
          <TimeAgo at={commit.date} />
          <CopyText text={commit.id} shown={commit.id.slice(0, 10)} what={t.repo.commit} />
        </Row>
      </Section>
      {diff.isLoading && <Skeleton lines={6} />}
      {diff.data && <Diff text={diff.data} />}
    </Stack>
  )
}
