import type { TreeEntryJson } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { shownBytes, textQuery } from '../../../lib/file-queries.js'
import { at } from '../../../lib/repo-queries.js'
import { useSession } from '../../../lib/session.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { ActionMenu } from '../../../ui/action-menu.js'
import { Badge } from '../../../ui/badge.js'
import { Button, ButtonAnchor, ButtonLink, IconButton } from '../../../ui/button.js'
import { Bytes } from '../../../ui/bytes.js'
import { CopyButton, CopyText } from '../../../ui/copy-text.js'
import { IconDots, IconDownload, IconEdit, IconPencil, IconTrash } from '../../../ui/icons.js'
import type { BlobProps } from './blob-props.js'
import { DeletePath } from '../edit/delete-path.js'
import { RenamePath } from '../edit/rename-path.js'
import css from '../repo.module.css'
import { isBytes, viewerOf } from './viewer-of.js'

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

interface Props {
  blob: BlobProps
  entry: TreeEntryJson
  canEdit: boolean
  /** Switch between the file as it is written and as it is meant. */
  source?: { isOn: boolean; set: (isOn: boolean) => void; name: string } | undefined
}

/** A file's facts and what can be done with it. */
export function BlobHead({ blob, entry, canEdit, source }: Props) {
  const { kind, ns, repo, rev, path, href } = blob
  const { data } = useQuery({ ...textQuery(kind, `${ns}/${repo}`, rev, path), enabled: !isBytes(viewerOf(path)) })
  const text = data?.text
  const isWhole = entry.size <= shownBytes
  const isPinned = /^[0-9a-f]{40}$/.test(rev)
  const isKnown = useSession().user !== null
  return (
    <div className={css.fileHead}>
      {source && <SourceSwitch {...source} />}
      <Bytes value={entry.size} />
      {text !== undefined && isWhole && (
        <span>{t.repo.lines(text === '' ? 0 : text.replace(/\n$/, '').split('\n').length)}</span>
      )}
      {entry.lfs && <Badge title={t.repo.lfsHelp}>{t.repo.lfs}</Badge>}
      {entry.lfs ? (
        <CopyText text={entry.lfs.oid} shown={`sha256 ${entry.lfs.oid.slice(0, 12)}…`} what="SHA-256" />
      ) : (
        <CopyText text={entry.oid} shown={entry.oid.slice(0, 10)} what="git blob id" />
      )}
      <div>
        {text !== undefined && isWhole && <CopyButton text={text} what={t.repo.contents} />}
        <ButtonAnchor size="dense" href={href}>
          {t.repo.raw}
        </ButtonAnchor>
        <ButtonAnchor size="dense" href={`${href}?download=true`} icon={<IconDownload {...s} size={14} />}>
          {t.repo.download}
        </ButtonAnchor>
        {isKnown && !isPinned && canEdit && !entry.lfs && isWhole && text !== undefined && (
          <ButtonLink
            size="dense"
            to={at(kind, '/$ns/$repo/edit/$rev/$')}
            params={{ ns, repo, rev, _splat: path }}
            icon={<IconEdit {...s} size={14} />}
          >
            {tf.edit.edit}
          </ButtonLink>
        )}
        {isKnown && !isPinned && <MoreActions blob={blob} />}
      </div>
    </div>
  )
}

function MoreActions({ blob: { kind, ns, repo, rev, path } }: { blob: BlobProps }) {
  const [open, setOpen] = useState<'delete' | 'rename' | null>(null)
  const navigate = useNavigate()
  const close = () => setOpen(null)
  const place = { kind, ns, repo, rev, path }
  return (
    <>
      <ActionMenu
        actions={[
          { label: tf.edit.rename, icon: <IconPencil {...s} />, onSelect: () => setOpen('rename') },
          {
            label: t.repo.history,
            onSelect: () =>
              void navigate({ to: at(kind, '/$ns/$repo/commits/$rev/$'), params: { ns, repo, rev, _splat: path } }),
          },
          {
            label: tf.edit.deleteFile,
            icon: <IconTrash {...s} />,
            tone: 'danger',
            onSelect: () => setOpen('delete'),
          },
        ]}
      >
        <IconButton size="dense" variant="default" label={t.repo.moreActions}>
          <IconDots {...s} />
        </IconButton>
      </ActionMenu>
      <DeletePath {...place} isOpen={open === 'delete'} onClose={close} />
      <RenamePath {...place} isOpen={open === 'rename'} onClose={close} />
    </>
  )
}

function SourceSwitch({ isOn, set, name }: NonNullable<Props['source']>) {
  return (
    <span role="group" aria-label={t.repo.viewAs} className={css.switch}>
      <Button size="dense" variant={isOn ? 'quiet' : 'default'} aria-pressed={!isOn} onClick={() => set(false)}>
        {name}
      </Button>
      <Button size="dense" variant={isOn ? 'default' : 'quiet'} aria-pressed={isOn} onClick={() => set(true)}>
        {t.repo.views.source}
      </Button>
    </span>
  )
}
