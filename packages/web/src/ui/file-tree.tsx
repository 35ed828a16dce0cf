import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { rowHeightPx } from './theme.js'
import { t } from '../text/en.js'
import { Badge } from './badge.js'
import { Bytes } from './bytes.js'
import { cx } from './classes.js'
import {
  IconFile,
  IconFileCode,
  IconFileText,
  IconFileZip,
  IconFolder,
  IconMusic,
  IconPhoto,
  IconTable,
} from './icons.js'
import css from './lists.module.css'
import { TimeAgo } from './time-ago.js'

export interface TreeEntry {
  path: string
  type: 'file' | 'directory'
  sizeBytes: number
  isLfs: boolean
  /** Undefined while it is asked for, null when it is not known. */
  lastCommit?: { id: string; title: string; date: string } | null | undefined
}

const byEnding: readonly (readonly [RegExp, typeof IconFile])[] = [
  [/\.(json|ya?ml|py|ts|js|sh|toml|ipynb|cpp|c|rs|go)$/i, IconFileCode],
  [/\.(md|txt|gitattributes|gitignore)$/i, IconFileText],
  [/\.(csv|tsv|jsonl|parquet|arrow)$/i, IconTable],
  [/\.(png|jpe?g|webp|gif|svg)$/i, IconPhoto],
  [/\.(wav|mp3|flac|ogg|m4a|aac)$/i, IconMusic],
  [/\.(safetensors|gguf|onnx|bin|pt|zip|gz)$/i, IconFileZip],
]
const iconOf = (entry: TreeEntry) =>
  entry.type === 'directory' ? IconFolder : (byEnding.find(([pattern]) => pattern.test(entry.path))?.[1] ?? IconFile)

type Render = (entry: TreeEntry, className: string | undefined, content: ReactNode) => ReactNode

interface Props {
  entries: readonly TreeEntry[]
  head?: ReactNode
  /** A link to an entry, with the given content. */
  renderLink: Render
  /** The last commit of an entry, where it is not in the entry itself: asked for rows in sight only. */
  lastCommitOf?: ((path: string) => TreeEntry['lastCommit']) | undefined
  /** A link to a commit. */
  renderCommit?: ((sha: string, className: string | undefined, title: string) => ReactNode) | undefined
  /** What may be done with one entry, at the end of its row. */
  renderActions?: ((entry: TreeEntry) => ReactNode) | undefined
  /** First and last entry in sight, after each scroll. */
  onRange?: ((first: number, last: number) => void) | undefined
  /** Called when the last entries come into sight. */
  onEnd?: (() => void) | undefined
}

/** Rows beyond the window that stand ready, so that a quick scroll shows no gap. */
const overscan = 20

/** The entries of one folder; only rows in sight are in the page, so a hundred thousand scroll like ten. */
export function FileTree({ entries, head, onRange, onEnd, ...cells }: Props) {
  const list = useRef<HTMLUListElement>(null)
  const rows = useWindowVirtualizer({
    count: entries.length,
    estimateSize: () => rowHeightPx.normal,
    overscan,
    scrollMargin: list.current?.offsetTop ?? 0,
  })
  const items = rows.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => onRange?.(first, last), [first, last, onRange])
  useEffect(() => {
    if (last >= entries.length - 1) onEnd?.()
  }, [last, entries.length, onEnd])
  const onKeyDown = (event: KeyboardEvent) => {
    const step =
      event.key === 'j' || event.key === 'ArrowDown' ? 1 : event.key === 'k' || event.key === 'ArrowUp' ? -1 : 0
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    if (!step || !row || event.ctrlKey || event.metaKey) return
    const next = Number(row.dataset['index']) + step
    if (next < 0 || next >= entries.length) return
    event.preventDefault()
    const focus = () => list.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus()
    rows.scrollToIndex(next, { align: 'auto' })
    requestAnimationFrame(focus)
  }
  return (
    <section className={css.tree} aria-label={t.repo.filesTable}>
      {head && <div className={css.treeHead}>{head}</div>}
      <ul ref={list} className={css.treeRows} style={{ blockSize: rows.getTotalSize() }} onKeyDown={onKeyDown}>
        {items.map((item) => {
          const entry = entries[item.index]
          if (!entry) return null
          return (
            <li
              key={entry.path}
              data-index={item.index}
              ref={rows.measureElement}
              className={cx(css.treeRow, !cells.renderActions && css.treeRowPlain)}
              aria-setsize={entries.length}
              aria-posinset={item.index + 1}
              style={{ transform: `translateY(${item.start - rows.options.scrollMargin}px)` }}
            >
              <EntryCells entry={entry} {...cells} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

type CellProps = Pick<Props, 'renderLink' | 'renderCommit' | 'renderActions' | 'lastCommitOf'> & { entry: TreeEntry }

function EntryCells({ entry, renderLink, renderCommit, renderActions, lastCommitOf }: CellProps) {
  const Icon = iconOf(entry)
  const commit = lastCommitOf ? lastCommitOf(entry.path) : entry.lastCommit
  const title = commit?.title ?? ''
  return (
    <>
      <span className={css.treeFirst}>
        {renderLink(
          entry,
          css.treeName,
          <>
            <Icon size={16} stroke={1.75} aria-hidden data-folder={entry.type === 'directory' || undefined} />
            <span>{entry.path.split('/').pop() ?? entry.path}</span>
          </>,
        )}
        {entry.isLfs && <Badge title={t.repo.lfsHelp}>{t.repo.lfs}</Badge>}
      </span>
      <span className={css.treeEnd}>{entry.type === 'file' && <Bytes value={entry.sizeBytes} />}</span>
      <span className={css.treeNote} title={title}>
        {commit === undefined ? (
          <span className={css.treeWait} aria-hidden="true" />
        ) : commit && renderCommit ? (
          renderCommit(commit.id, css.treeCommit, title)
        ) : (
          title
        )}
      </span>
      <span className={cx(css.treeEnd, css.treeWhen)}>{commit && <TimeAgo at={commit.date} />}</span>
      {renderActions && <span className={css.treeActions}>{renderActions(entry)}</span>}
    </>
  )
}
