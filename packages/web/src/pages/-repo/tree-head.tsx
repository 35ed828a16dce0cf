import { useQuery } from '@tanstack/react-query'
import { headCommitQuery } from '../../lib/repo-queries.js'
import { formatExact } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { AccountName } from '../../ui/account-name.js'
import { IconHistory } from '../../ui/icons.js'
import { TimeAgo } from '../../ui/time-ago.js'
import type { RepoProps } from './repo-frame.js'
import { CommitLink, HistoryLink } from './repo-link.js'
import css from './repo.module.css'

/** The newest commit of a folder, and the way to the others. */
export function TreeHead({ kind, ns, repo, rev, path }: RepoProps & { rev: string; path: string }) {
  const { data } = useQuery(headCommitQuery(kind, `${ns}/${repo}`, rev, path))
  const commit = data?.commit
  const author = commit?.authors[0]
  return (
    <div className={css.headCommit}>
      {author && <Author {...author} />}
      <span className={css.headTitle}>
        {commit && (
          <CommitLink {...{ kind, ns, repo }} sha={commit.id}>
            {commit.title}
          </CommitLink>
        )}
      </span>
      {commit && <code className={css.headSha}>{commit.id.slice(0, 7)}</code>}
      {commit && <TimeAgo at={commit.date} />}
      <HistoryLink {...{ kind, ns, repo, rev, path }} className={css.headMore}>
        <IconHistory size={16} stroke={1.75} aria-hidden />
        {data?.total ? t.repo.commitCount(data.total, formatExact(data.total)) : t.repo.history}
      </HistoryLink>
    </div>
  )
}

/** Somebody with an account here, or a name that git was told. */
export function Author({ user, avatar }: { user: string; avatar?: string | undefined }) {
  return /^[\w-]+$/.test(user) ? <AccountName name={user} src={avatar} /> : <span>{user}</span>
}
