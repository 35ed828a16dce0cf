import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { baseUrl } from '../../lib/api.js'
import { treeQuery } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { Button, ButtonLink } from '../../ui/button.js'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { Dropzone } from '../../ui/dropzone.js'
import { EmptyState } from '../../ui/empty-state.js'
import { FileTree, type TreeEntry } from '../../ui/file-tree.js'
import { IconUpload } from '../../ui/icons.js'
import { Stack } from '../../ui/page.js'
import { PathBar } from './path-bar.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'
import { stageFiles } from './staged-files.js'

/** Files of one folder at one revision. */
export function TreeTab({ kind, ns, repo, rev, path }: RepoProps & { rev: string; path: string }) {
  const tree = useSuspenseInfiniteQuery(treeQuery(kind, `${ns}/${repo}`, rev, path))
  const canWrite = useCanWrite(ns) && !/^[0-9a-f]{40}$/.test(rev)
  const navigate = useNavigate()
  const entries = tree.data.pages
    .flatMap((page) => page.entries)
    .map(
      (entry): TreeEntry => ({
        path: entry.path,
        type: entry.type,
        sizeBytes: entry.size,
        isLfs: Boolean(entry.lfs),
        lastCommit: entry.lastCommit,
      }),
    )
  const link = (entry: TreeEntry, className: string | undefined, content: ReactNode) => {
    const params = { ns, repo, rev, _splat: entry.path }
    const isFolder = entry.type === 'directory'
    if (kind === 'model')
      return isFolder ? (
        <Link to="/$ns/$repo/tree/$rev/$" params={params} className={className}>
          {content}
        </Link>
      ) : (
        <Link to="/$ns/$repo/blob/$rev/$" params={params} className={className}>
          {content}
        </Link>
      )
    return isFolder ? (
      <Link to="/datasets/$ns/$repo/tree/$rev/$" params={params} className={className}>
        {content}
      </Link>
    ) : (
      <Link to="/datasets/$ns/$repo/blob/$rev/$" params={params} className={className}>
        {content}
      </Link>
    )
  }
  const take = (files: DroppedFile[]) => {
    stageFiles(files.map((one) => ({ ...one, path: path ? `${path}/${one.path}` : one.path })))
    const params = { ns, repo, rev }
    void (kind === 'model'
      ? navigate({ to: '/$ns/$repo/upload/$rev', params })
      : navigate({ to: '/datasets/$ns/$repo/upload/$rev', params }))
  }
  const add = {
    variant: 'default',
    icon: <IconUpload size={16} stroke={1.75} aria-hidden />,
    children: t.repo.addFiles,
  } as const
  return (
    <div>
      <PathBar {...{ kind, ns, repo, rev, path }} part="tree">
        {canWrite &&
          (kind === 'model' ? (
            <ButtonLink {...add} to="/$ns/$repo/upload/$rev" params={{ ns, repo, rev }} />
          ) : (
            <ButtonLink {...add} to="/datasets/$ns/$repo/upload/$rev" params={{ ns, repo, rev }} />
          ))}
      </PathBar>
      <Stack>
        {entries.length > 0 ? (
          <FileTree entries={entries} renderLink={link} />
        ) : (
          <EmptyState
            title={t.repo.emptyFolder}
            command={`git clone ${baseUrl()}/${kind === 'model' ? '' : 'datasets/'}${ns}/${repo}`}
          >
            {t.repo.emptyFolderHelp}
          </EmptyState>
        )}
        {tree.hasNextPage && (
          <div>
            <Button busy={tree.isFetchingNextPage} onClick={() => void tree.fetchNextPage()}>
              {t.parts.moreRows}
            </Button>
          </div>
        )}
        {canWrite && <Dropzone onFiles={take} />}
      </Stack>
    </div>
  )
}
