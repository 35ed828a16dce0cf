import type { ReactNode } from 'react'
import { t } from '../text/en.js'
import { Badge } from './badge.js'
import { Bytes } from './bytes.js'
import { IconFile, IconFileCode, IconFileText, IconFileZip, IconFolder, IconPhoto } from './icons.js'
import css from './lists.module.css'
import { TimeAgo } from './time-ago.js'

export interface TreeEntry {
  path: string
  type: 'file' | 'directory'
  sizeBytes: number
  isLfs: boolean
  lastCommit?: { title: string; date: string } | undefined
}

const byEnding: readonly (readonly [RegExp, typeof IconFile])[] = [
  [/\.(json|ya?ml|py|ts|js|sh|toml)$/i, IconFileCode],
  [/\.(md|txt|jsonl|csv|gitattributes|gitignore)$/i, IconFileText],
  [/\.(png|jpe?g|webp|gif|svg)$/i, IconPhoto],
  [/\.(safetensors|gguf|onnx|bin|pt|zip|gz|parquet)$/i, IconFileZip],
]
const iconOf = (entry: TreeEntry) =>
  entry.type === 'directory' ? IconFolder : (byEnding.find(([pattern]) => pattern.test(entry.path))?.[1] ?? IconFile)

interface Props {
  entries: readonly TreeEntry[]
  head?: ReactNode
  /** A link to an entry, with the given content. */
  renderLink: (entry: TreeEntry, className: string | undefined, content: ReactNode) => ReactNode
}

/** The entries of one folder: folders first, then files, by name. */
export function FileTree({ entries, head, renderLink }: Props) {
  const ordered = entries.toSorted((a, b) =>
    a.type === b.type ? a.path.localeCompare(b.path) : a.type === 'directory' ? -1 : 1,
  )
  return (
    <section className={css.tree} aria-label={t.repo.filesTable}>
      {head && <div className={css.treeHead}>{head}</div>}
      <ul>
        {ordered.map((entry) => {
          const Icon = iconOf(entry)
          const name = entry.path.split('/').pop() ?? entry.path
          return (
            <li key={entry.path} className={css.treeRow}>
              {renderLink(
                entry,
                css.treeName,
                <>
                  <Icon size={16} stroke={1.75} aria-hidden />
                  <span>{name}</span>
                  {entry.isLfs && <Badge title={t.repo.lfsHelp}>{t.repo.lfs}</Badge>}
                </>,
              )}
              <span className={css.treeNote}>{entry.lastCommit?.title}</span>
              <span className={css.treeEnd}>{entry.type === 'file' && <Bytes value={entry.sizeBytes} />}</span>
              <span className={`${css.treeEnd} ${css.treeWhen}`}>
                {entry.lastCommit && <TimeAgo at={entry.lastCommit.date} />}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
