import { useNavigate } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { at } from '../../lib/repo-queries.js'
import { CopyButton } from '../../ui/copy-text.js'
import { t } from '../../text/en.js'
import { FolderLink } from './repo-link.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'
import { RevPicker } from './rev-picker.js'

interface Props extends RepoProps {
  rev: string
  path: string
  part: 'tree' | 'blob' | 'commits'
  children?: ReactNode
}

const pages = {
  tree: '/$ns/$repo/tree/$rev/$',
  blob: '/$ns/$repo/blob/$rev/$',
  commits: '/$ns/$repo/commits/$rev/$',
} as const

/** Revision, then the folders down to here. */
export function PathBar({ kind, ns, repo, rev, path, part, children }: Props) {
  const navigate = useNavigate()
  const names = path.split('/').filter(Boolean)
  const go = (next: string) =>
    void navigate({ to: at(kind, pages[part]), params: { ns, repo, rev: next, _splat: path } })
  const place = { kind, ns, repo, rev }
  return (
    <div className={css.pathBar}>
      <div className={css.path}>
        <RevPicker {...place} onRev={go} />
        <nav aria-label={t.repo.path} className={css.crumbs}>
          {names.length === 0 ? <strong>{repo}</strong> : <FolderLink {...place}>{repo}</FolderLink>}
          {names.map((name, index) => {
            const upTo = names.slice(0, index + 1).join('/')
            return (
              <Fragment key={upTo}>
                <span aria-hidden="true">/</span>
                {index < names.length - 1 ? (
                  <FolderLink {...place} path={upTo}>
                    {name}
                  </FolderLink>
                ) : (
                  <strong>{name}</strong>
                )}
              </Fragment>
            )
          })}
          {path && <CopyButton text={path} what={t.repo.path} />}
        </nav>
      </div>
      {children && <div className={css.pathActions}>{children}</div>}
    </div>
  )
}
