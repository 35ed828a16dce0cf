import { refuse } from '@stoa/contracts'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { entryQuery, resolvePath, shownBytes } from '../../lib/file-queries.js'
import { at, repoQuery } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { ErrorState } from '../../ui/error-state.js'
import { Skeleton } from '../../ui/skeleton.js'
import { BlobHead } from './blob/blob-head.js'
import { TextView } from './blob/text-view.js'
import { isBytes, type Viewer, viewerOf } from './blob/viewer-of.js'
import { PathBar } from './path-bar.js'
import type { BlobProps } from './blob/blob-props.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'
import { TreeHead } from './tree-head.js'

const MarkdownView = lazy(() => import('./blob/markdown-view.js').then((m) => ({ default: m.MarkdownView })))
const MediaView = lazy(() => import('./blob/media-view.js').then((m) => ({ default: m.MediaView })))
const WeightsView = lazy(() => import('./blob/weights-view.js').then((m) => ({ default: m.WeightsView })))
const TableView = lazy(() => import('./blob/table-view.js').then((m) => ({ default: m.TableView })))
const ParquetView = lazy(() => import('./blob/parquet-view.js').then((m) => ({ default: m.ParquetView })))

/** `y` turns a branch in the address into its commit, so that the link keeps showing the same. */
function usePermalink({ kind, ns, repo }: RepoProps, path: string): void {
  const navigate = useNavigate()
  const { data } = useSuspenseQuery(repoQuery(kind, `${ns}/${repo}`))
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && /INPUT|TEXTAREA|SELECT/.test(event.target.tagName)
      if (event.key !== 'y' || event.ctrlKey || event.metaKey || !data.sha || isTyping) return
      const params = { ns, repo, rev: data.sha, _splat: path }
      void navigate({ to: at(kind, '/$ns/$repo/blob/$rev/$'), params, hash: location.hash.slice(1), replace: true })
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [navigate, data.sha, kind, ns, repo, path])
}

/** One file, shown as what it is. */
export function BlobTab({ kind, ns, repo, rev, path }: RepoProps & { rev: string; path: string }) {
  const id = `${ns}/${repo}`
  const { data: entry } = useSuspenseQuery(entryQuery(kind, id, rev, path))
  usePermalink({ kind, ns, repo }, path)
  const own = viewerOf(path)
  const [asSource, setAsSource] = useState(() => own === 'markdown' && location.hash.startsWith('#L'))
  if (entry?.type !== 'file') return <ErrorState error={refuse('EntryNotFound')} />
  const viewer: Viewer = asSource ? 'text' : own
  const blob = { kind, ns, repo, rev, path, href: resolvePath(kind, id, rev, path), sizeBytes: entry.size }
  const hasSource = (own === 'markdown' || own === 'table') && entry.size <= shownBytes * 4
  return (
    <div>
      <PathBar {...{ kind, ns, repo, rev, path }} part="blob" />
      <div className={css.file}>
        <div className={css.blobCommit}>
          <TreeHead {...{ kind, ns, repo, rev, path }} />
        </div>
        <BlobHead
          blob={blob}
          entry={entry}
          canEdit={!isBytes(own)}
          source={
            hasSource
              ? { isOn: asSource, set: setAsSource, name: t.repo.views[own as 'markdown' | 'table'] }
              : undefined
          }
        />
        <Suspense
          fallback={
            <div className={css.fileBody}>
              <Skeleton lines={8} />
            </div>
          }
        >
          <View viewer={viewer} blob={blob} />
        </Suspense>
      </div>
    </div>
  )
}

function View({ viewer, blob }: { viewer: Viewer; blob: BlobProps }) {
  if (viewer === 'markdown') return <MarkdownView {...blob} />
  if (viewer === 'image' || viewer === 'audio' || viewer === 'video') return <MediaView {...blob} media={viewer} />
  if (viewer === 'weights') return <WeightsView {...blob} />
  if (viewer === 'table') return <TableView {...blob} />
  if (viewer === 'parquet') return <ParquetView {...blob} />
  return <TextView {...blob} />
}
