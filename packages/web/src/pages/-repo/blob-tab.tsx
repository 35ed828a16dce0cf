import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { blobQuery, repoQuery, resolvePath, shownBytes } from '../../lib/repo-queries.js'
import { formatBytes } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Badge } from '../../ui/badge.js'
import { ButtonAnchor } from '../../ui/button.js'
import { Bytes } from '../../ui/bytes.js'
import { CopyText } from '../../ui/copy-text.js'
import { ErrorState } from '../../ui/error-state.js'
import { refuse } from '@stoa/contracts'
import { IconDownload } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { SourceView } from '../../ui/source-view.js'
import { PathBar } from './path-bar.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'

/** `y` turns a branch in the address into its commit, so that the link keeps showing the same. */
function usePermalink({ kind, ns, repo }: RepoProps, path: string): void {
  const navigate = useNavigate()
  const { data } = useSuspenseQuery(repoQuery(kind, `${ns}/${repo}`))
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (
        event.key !== 'y' ||
        event.ctrlKey ||
        event.metaKey ||
        !data.sha ||
        (event.target instanceof HTMLElement && /INPUT|TEXTAREA|SELECT/.test(event.target.tagName))
      )
        return
      const params = { ns, repo, rev: data.sha, _splat: path }
      void (kind === 'model'
        ? navigate({ to: '/$ns/$repo/blob/$rev/$', params, replace: true })
        : navigate({ to: '/datasets/$ns/$repo/blob/$rev/$', params, replace: true }))
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [navigate, data.sha, kind, ns, repo, path])
}

/** One file: its text, or where to get its bytes. */
export function BlobTab({ kind, ns, repo, rev, path }: RepoProps & { rev: string; path: string }) {
  const id = `${ns}/${repo}`
  const { data: blob } = useSuspenseQuery(blobQuery(kind, id, rev, path))
  usePermalink({ kind, ns, repo }, path)
  const { entry, text } = blob
  if (!entry || entry.type !== 'file') return <ErrorState error={refuse('EntryNotFound')} />
  const href = resolvePath(kind, id, rev, path)
  return (
    <div>
      <PathBar {...{ kind, ns, repo, rev, path }} part="blob" />
      <div className={css.file}>
        <div className={css.fileHead}>
          <Bytes value={entry.size} />
          {text !== undefined && entry.size <= shownBytes && (
            <span>{t.repo.lines(text.replace(/\n$/, '').split('\n').length)}</span>
          )}
          {entry.lfs && <Badge title={t.repo.lfsHelp}>{t.repo.lfs}</Badge>}
          {entry.lfs ? (
            <CopyText text={entry.lfs.oid} shown={`sha256 ${entry.lfs.oid.slice(0, 12)}…`} what="SHA-256" />
          ) : (
            <CopyText text={entry.oid} shown={entry.oid.slice(0, 10)} what="git blob id" />
          )}
          <div>
            <ButtonAnchor size="dense" href={href}>
              {t.repo.raw}
            </ButtonAnchor>
            <ButtonAnchor
              size="dense"
              href={`${href}?download=true`}
              icon={<IconDownload size={14} stroke={1.75} aria-hidden />}
            >
              {t.repo.download}
            </ButtonAnchor>
          </div>
        </div>
        {text === undefined ? (
          <p className={`${css.fileBody} muted`}>{t.repo.binary}</p>
        ) : (
          <>
            {entry.size > shownBytes && <Notice>{t.repo.tooLarge(formatBytes(entry.size))}</Notice>}
            <SourceView path={path} text={text} />
          </>
        )}
      </div>
    </div>
  )
}
