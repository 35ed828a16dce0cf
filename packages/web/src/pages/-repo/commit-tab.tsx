import { listCommits } from '@stoa/contracts'
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import type { RepoKindName } from '../../lib/repo-list.js'
import { at, repoParams } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { ButtonLink } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { Row, Section, Stack } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { DiffOf, emptyTree } from './diff/diff-of.js'
import type { RepoProps } from './repo-frame.js'
import { CommitLink } from './repo-link.js'
import { Author } from './tree-head.js'

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

/** What one commit changed. */
export function CommitTab({ kind, ns, repo, sha }: RepoProps & { sha: string }) {
  const { data } = useSuspenseQuery(commitQuery(kind, `${ns}/${repo}`, sha))
  const { commit, parent } = data
  if (!commit) return null
  return (
    <Stack>
      <Section
        title={commit.title}
        note={
          <ButtonLink to={at(kind, '/$ns/$repo/tree/$rev/$')} params={{ ns, repo, rev: commit.id, _splat: '' }}>
            {t.repo.browseAt}
          </ButtonLink>
        }
      >
        {commit.message && <p style={{ whiteSpace: 'pre-wrap' }}>{commit.message}</p>}
        <Row>
          {commit.authors.map((author) => (
            <Author key={author.user} {...author} />
          ))}
          <TimeAgo at={commit.date} />
          <CopyText text={commit.id} shown={commit.id.slice(0, 10)} what={t.repo.commit} />
          {parent && (
            <span className="muted">
              {t.repo.parentCommit}{' '}
              <CommitLink {...{ kind, ns, repo }} sha={parent.id}>
                <code>{parent.id.slice(0, 7)}</code>
              </CommitLink>
            </span>
          )}
        </Row>
      </Section>
      <DiffOf {...{ kind, ns, repo }} base={parent?.id ?? emptyTree} head={commit.id} />
    </Stack>
  )
}
