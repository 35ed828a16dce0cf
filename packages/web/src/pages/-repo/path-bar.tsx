import { Link, useNavigate } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { RevPicker } from './rev-picker.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'

interface Props extends RepoProps {
  rev: string
  path: string
  part: 'tree' | 'blob'
  children?: ReactNode
}

/** Revision, then the folders down to here. */
export function PathBar({ kind, ns, repo, rev, path, part, children }: Props) {
  const navigate = useNavigate()
  const names = path.split('/').filter(Boolean)
  const go = (next: string) => {
    const params = { ns, repo, rev: next, _splat: path }
    if (kind === 'model')
      void navigate(
        part === 'tree' ? { to: '/$ns/$repo/tree/$rev/$', params } : { to: '/$ns/$repo/blob/$rev/$', params },
      )
    else
      void navigate(
        part === 'tree'
          ? { to: '/datasets/$ns/$repo/tree/$rev/$', params }
          : { to: '/datasets/$ns/$repo/blob/$rev/$', params },
      )
  }
  const folder = (to: string, label: string) =>
    kind === 'model' ? (
      <Link to="/$ns/$repo/tree/$rev/$" params={{ ns, repo, rev, _splat: to }}>
        {label}
      </Link>
    ) : (
      <Link to="/datasets/$ns/$repo/tree/$rev/$" params={{ ns, repo, rev, _splat: to }}>
        {label}
      </Link>
    )
  return (
    <div className={css.pathBar}>
      <div className={css.path}>
        <RevPicker kind={kind} ns={ns} repo={repo} rev={rev} onRev={go} />
        {folder('', repo)}
        {names.map((name, index) => (
          <Fragment key={names.slice(0, index + 1).join('/')}>
            <span>/</span>
            {index < names.length - 1 ? folder(names.slice(0, index + 1).join('/'), name) : <strong>{name}</strong>}
          </Fragment>
        ))}
      </div>
      {children}
    </div>
  )
}
