import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { commitsQuery } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { AccountName } from '../../ui/account-name.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { Stack } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'
import { RevPicker } from './rev-picker.js'

/** History of a revision, newest first. */
export function CommitsTab({ kind, ns, repo, rev }: RepoProps & { rev: string }) {
  const commits = useSuspenseInfiniteQuery(commitsQuery(kind, `${ns}/${repo}`, rev))
  const navigate = useNavigate()
  const go = (next: string) => {
    const params = { ns, repo, rev: next }
    void (kind === 'model'
      ? navigate({ to: '/$ns/$repo/commits/$rev', params })
      : navigate({ to: '/datasets/$ns/$repo/commits/$rev', params }))
  }
  const link = (sha: string, title: string) =>
    kind === 'model' ? (
      <Link to="/$ns/$repo/commit/$sha" params={{ ns, repo, sha }}>
        {title}
      </Link>
    ) : (
      <Link to="/datasets/$ns/$repo/commit/$sha" params={{ ns, repo, sha }}>
        {title}
      </Link>
    )
  return (
    <div>
      <div className={css.pathBar}>
        <RevPicker {...{ kind, ns, repo, rev }} onRev={go} />
      </div>
      <Stack>
        <ul className={css.commits}>
          {commits.data.pages.flat().map((commit) => (
            <li key={commit.id}>
              {link(commit.id, commit.title)}
              <CopyText text={commit.id} shown={commit.id.slice(0, 7)} what={t.repo.commit} />
              <p>
                {commit.authors.map(({ user, avatar }) =>
                  /^[\w-]+$/.test(user) ? (
                    <AccountName key={user} name={user} src={avatar} />
                  ) : (
                    <span key={user}>{user}</span>
                  ),
                )}
                <TimeAgo at={commit.date} />
              </p>
            </li>
          ))}
        </ul>
        {commits.hasNextPage && (
          <div>
            <Button busy={commits.isFetchingNextPage} onClick={() => void commits.fetchNextPage()}>
              {t.parts.moreRows}
            </Button>
          </div>
        )}
      </Stack>
    </div>
  )
}
