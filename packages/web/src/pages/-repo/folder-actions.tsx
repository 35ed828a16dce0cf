import { useNavigate } from '@tanstack/react-router'
import { at } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { ActionMenu } from '../../ui/action-menu.js'
import { Button } from '../../ui/button.js'
import { TextField } from '../../ui/field.js'
import { IconChevronDown, IconFilePlus, IconPlus, IconSearch, IconTrash, IconUpload } from '../../ui/icons.js'
import { DeletePath } from './edit/delete-path.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'
import css from './repo.module.css'
import { useState } from 'react'

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const
/** Below this many entries the eye is quicker than a filter. */
const worthFiltering = 12

interface Props extends RepoProps {
  rev: string
  path: string
  count: number
  filter: string
  onFilter: (text: string) => void
}

/** Filter and, for those who may write, what can be done with a folder. */
export function FolderActions({ kind, ns, repo, rev, path, count, filter, onFilter }: Props) {
  const canWrite = useCanWrite(ns) && !/^[0-9a-f]{40}$/.test(rev)
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const actions = [
    {
      label: t.repo.newFile,
      icon: <IconFilePlus {...s} />,
      onSelect: () => void navigate({ to: at(kind, '/$ns/$repo/new/$rev/$'), params: { ns, repo, rev, _splat: path } }),
    },
    {
      label: t.repo.uploadFiles,
      icon: <IconUpload {...s} />,
      onSelect: () =>
        void navigate({
          to: at(kind, '/$ns/$repo/upload/$rev'),
          params: { ns, repo, rev },
          search: path ? { path } : {},
        }),
    },
    ...(path
      ? [
          {
            label: t.repo.deleteFolder,
            icon: <IconTrash {...s} />,
            tone: 'danger' as const,
            onSelect: () => setDeleting(true),
          },
        ]
      : []),
  ]
  return (
    <>
      {count > worthFiltering && (
        <div className={css.filter}>
          <TextField
            label={t.repo.filterFolder}
            hideLabel
            type="search"
            placeholder={t.repo.filterFolder}
            start={<IconSearch {...s} />}
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
          />
        </div>
      )}
      {canWrite && (
        <ActionMenu actions={actions}>
          <Button icon={<IconPlus {...s} />}>
            {t.repo.addFiles} <IconChevronDown size={14} stroke={1.75} aria-hidden />
          </Button>
        </ActionMenu>
      )}
      {canWrite && path && (
        <DeletePath
          {...{ kind, ns, repo, rev, path }}
          isFolder
          isOpen={isDeleting}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  )
}
