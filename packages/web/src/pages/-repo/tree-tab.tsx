import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { baseUrl } from '../../lib/api.js'
import { resolvePath, treeQuery } from '../../lib/file-queries.js'
import { at } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { ButtonAnchor } from '../../ui/button.js'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { DropPage } from '../../ui/drop-page.js'
import { Dropzone } from '../../ui/dropzone.js'
import { EmptyState } from '../../ui/empty-state.js'
import { FileTree, type TreeEntry } from '../../ui/file-tree.js'
import { IconDownload } from '../../ui/icons.js'
import { Stack } from '../../ui/page.js'
import { FolderActions } from './folder-actions.js'
import { PathBar } from './path-bar.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'
import { CommitLink, FileLink, FolderLink } from './repo-link.js'
import { ResumeNotice } from './resume-notice.js'
import { stageFiles } from './staged-files.js'
import { TreeHead } from './tree-head.js'
import { useLastCommits } from './use-last-commits.js'

/** A folder with so few entries is about to be filled. */
const fewEntries = 3

type Props = RepoProps & { rev: string; path: string }

/** Folders first while the whole folder is known; a longer one keeps git's order, in which its pages come. */
function useEntries({ kind, ns, repo, rev, path }: Props) {
  const tree = useSuspenseInfiniteQuery(treeQuery(kind, `${ns}/${repo}`, rev, path))
  const { pages } = tree.data
  const found = useMemo(() => {
    const all = pages.flatMap((page) => page.entries)
    if (pages[0]?.cursor) return all
    return all.toSorted((a, b) =>
      a.type === b.type ? a.path.localeCompare(b.path, 'en') : a.type === 'directory' ? -1 : 1,
    )
  }, [pages])
  return { tree, found, commit: pages[0]?.commit ?? rev }
}

/** Files of one folder at one revision. */
export function TreeTab({ kind, ns, repo, rev, path }: Props) {
  const id = `${ns}/${repo}`
  const place = { kind, ns, repo, rev }
  const { tree, found, commit } = useEntries({ ...place, path })
  const { lastCommits, onRange } = useLastCommits({ kind, id, commit, folder: path }, found)
  const canWrite = useCanWrite(ns) && !/^[0-9a-f]{40}$/.test(rev)
  const navigate = useNavigate()
  const [filter, setFilter] = useState('')
  const entries = useMemo(() => {
    const needle = filter.toLowerCase()
    return found
      .filter((entry) => !needle || entry.path.slice(path.length).toLowerCase().includes(needle))
      .map(
        (entry): TreeEntry => ({
          path: entry.path,
          type: entry.type,
          sizeBytes: entry.size,
          isLfs: Boolean(entry.lfs),
        }),
      )
  }, [found, filter, path])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = tree
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const link = (entry: TreeEntry, className: string | undefined, content: ReactNode) =>
    entry.type === 'directory' ? (
      <FolderLink {...place} path={entry.path} className={className}>
        {content}
      </FolderLink>
    ) : (
      <FileLink {...place} path={entry.path} className={className}>
        {content}
      </FileLink>
    )
  const take = (files: DroppedFile[]) => {
    stageFiles(files.map((one) => ({ ...one, path: path ? `${path}/${one.path}` : one.path })))
    void navigate({ to: at(kind, '/$ns/$repo/upload/$rev'), params: { ns, repo, rev }, search: {} })
  }
  return (
    <div>
      <PathBar {...place} path={path} part="tree">
        <FolderActions {...place} path={path} count={found.length} filter={filter} onFilter={setFilter} />
      </PathBar>
      <Stack>
        {canWrite && <ResumeNotice {...{ kind, ns, repo }} />}
        {found.length > 0 ? (
          <FileTree
            entries={entries}
            head={<TreeHead {...place} path={path} />}
            renderLink={link}
            lastCommitOf={(of) => lastCommits[of]}
            renderCommit={(sha, className, title) => (
              <CommitLink {...{ kind, ns, repo, className, sha }}>{title}</CommitLink>
            )}
            renderActions={(entry) =>
              entry.type === 'file' && <Download href={resolvePath(kind, id, rev, entry.path)} path={entry.path} />
            }
            onRange={onRange}
            onEnd={more}
          />
        ) : (
          <EmptyState
            title={t.repo.emptyFolder}
            command={`git clone ${baseUrl()}/${kind === 'model' ? '' : 'datasets/'}${ns}/${repo}`}
          >
            {t.repo.emptyFolderHelp}
          </EmptyState>
        )}
        <p className="muted" role="status">
          {hasNextPage
            ? t.repo.entriesSoFar(found.length)
            : filter
              ? t.repo.entriesShown(entries.length, found.length)
              : ''}
        </p>
        {canWrite && found.length <= fewEntries && <Dropzone onFiles={take} />}
        {canWrite && <DropPage onFiles={take} />}
      </Stack>
    </div>
  )
}

function Download({ href, path }: { href: string; path: string }) {
  const label = t.repo.downloadFile(path.split('/').pop() ?? path)
  return (
    <ButtonAnchor variant="quiet" size="dense" href={`${href}?download=true`} aria-label={label} title={label} download>
      <IconDownload size={16} stroke={1.75} aria-hidden />
    </ButtonAnchor>
  )
}
