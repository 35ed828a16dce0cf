import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { type Commit, commitsQuery } from '../../lib/repo-queries.js'
import { formatDay } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconFolderOpen } from '../../ui/icons.js'
import { Stack } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { PathBar } from './path-bar.js'
import type { RepoProps } from './repo-frame.js'
import { CommitLink, FileLink, FolderLink } from './repo-link.js'
import css from './repo.module.css'
import { Author } from './tree-head.js'

/** History of a revision or of one path of it, newest first, by day. */
export function CommitsTab({ kind, ns, repo, rev, path }: RepoProps & { rev: string; path: string }) {
  const commits = useSuspenseInfiniteQuery(commitsQuery(kind, `${ns}/${repo}`, rev, path))
  const days = byDay(commits.data.pages.flat())
  const place = { kind, ns, repo }
  return (
    <div>
      <PathBar {...place} {...{ rev, path }} part="commits" />
      <Stack>
        {days.length === 0 && <EmptyState title={t.repo.noHistory} />}
        {days.map(([day, list]) => (
          <section key={day} aria-label={day} className={css.day}>
            <h2>{day}</h2>
            <ul className={css.commits}>
              {list.map((commit) => (
                <li key={commit.id}>
                  <CommitLink {...place} sha={commit.id}>
                    {commit.title}
                  </CommitLink>
                  <span className={css.commitEnd}>
                    <CopyText text={commit.id} shown={commit.id.slice(0, 7)} what={t.repo.commit} />
                    <AtCommit {...place} rev={commit.id} path={path} />
                  </span>
                  <p>
                    {commit.authors.map((author) => (
                      <Author key={author.user} {...author} />
                    ))}
                    <TimeAgo at={commit.date} />
                  </p>
                </li>
              ))}
            </ul>
          </section>
        ))}
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

/** The same path as it was then. A path with an ending is taken for a file. */
function AtCommit(place: RepoProps & { rev: string; path: string }) {
  const icon = <IconFolderOpen size={16} stroke={1.75} aria-hidden />
  const label = <span className="visually-hidden">{t.repo.browseAt}</span>
  return /\.[^/]+$/.test(place.path) ? (
    <FileLink {...place} className={css.iconLink}>
      {icon}
      {label}
    </FileLink>
  ) : (
    <FolderLink {...place} className={css.iconLink}>
      {icon}
      {label}
    </FolderLink>
  )
}

function byDay(commits: readonly Commit[]): [string, Commit[]][] {
  const days = new Map<string, Commit[]>()
  for (const commit of commits) {
    const day = formatDay(new Date(commit.date))
    days.set(day, [...(days.get(day) ?? []), commit])
  }
  return [...days]
}
