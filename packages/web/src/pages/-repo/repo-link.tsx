import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { at } from '../../lib/repo-queries.js'
import type { RepoProps } from './repo-frame.js'

interface Props extends RepoProps {
  rev: string
  path?: string
  className?: string | undefined
  children: ReactNode
}

/** A link to a folder of a repository at a revision. */
export function FolderLink({ kind, ns, repo, rev, path = '', className, children }: Props) {
  return (
    <Link to={at(kind, '/$ns/$repo/tree/$rev/$')} params={{ ns, repo, rev, _splat: path }} className={className}>
      {children}
    </Link>
  )
}

/** A link to a file of a repository at a revision. */
export function FileLink({ kind, ns, repo, rev, path = '', className, children }: Props) {
  return (
    <Link to={at(kind, '/$ns/$repo/blob/$rev/$')} params={{ ns, repo, rev, _splat: path }} className={className}>
      {children}
    </Link>
  )
}

/** A link to what a commit changed. */
export function CommitLink({
  kind,
  ns,
  repo,
  sha,
  className,
  children,
}: RepoProps & { sha: string; className?: string | undefined; children: ReactNode }) {
  return (
    <Link to={at(kind, '/$ns/$repo/commit/$sha')} params={{ ns, repo, sha }} className={className}>
      {children}
    </Link>
  )
}

/** A link to the history of a revision, or of one path of it. */
export function HistoryLink({ kind, ns, repo, rev, path = '', className, children }: Props) {
  return (
    <Link to={at(kind, '/$ns/$repo/commits/$rev/$')} params={{ ns, repo, rev, _splat: path }} className={className}>
      {children}
    </Link>
  )
}
