import { type ReactNode, useState } from 'react'
import { tf } from '../text/en/files.js'
import { Bytes } from './bytes.js'
import { Button } from './button.js'
import { cx } from './classes.js'
import css from './diff.module.css'
import { SplitRows, UnifiedRows } from './diff-rows.js'
import { IconChevronDown, IconChevronRight } from './icons.js'
import type { DiffFile, LargeChange } from './parse-diff.js'
import { useKept } from '../lib/use-kept.js'

const words = tf.diff
/** A longer file waits for a press: most readers want the others first. */
const openLines = 400

interface Props {
  files: readonly DiffFile[]
  /** What the server left out. */
  rest?: string
  /** Where one file can be seen whole. */
  renderLink?: (path: string) => ReactNode
}

/** Changed files with their lines, in one column or side by side. */
export function Diff({ files, rest, renderLink }: Props) {
  const [isSplit, setSplit] = useKept('stoa.diff.split', false)
  const added = files.reduce((sum, file) => sum + file.added, 0)
  const removed = files.reduce((sum, file) => sum + file.removed, 0)
  return (
    <div className={css.diff}>
      <div className={css.bar}>
        <span>
          {words.changed(files.length)} <Counts added={added} removed={removed} />
        </span>
        <div role="group" aria-label={words.layout} className={css.layouts}>
          <Button
            size="dense"
            variant={isSplit ? 'quiet' : 'default'}
            aria-pressed={!isSplit}
            onClick={() => setSplit(false)}
          >
            {words.unified}
          </Button>
          <Button
            size="dense"
            variant={isSplit ? 'default' : 'quiet'}
            aria-pressed={isSplit}
            onClick={() => setSplit(true)}
          >
            {words.split}
          </Button>
        </div>
      </div>
      {files.length > 3 && <FileIndex files={files} />}
      {files.map((file) => (
        <FileDiff key={file.path} file={file} isSplit={isSplit} link={renderLink?.(file.path)} />
      ))}
      {files.length === 0 && <p className="muted">{words.same}</p>}
      {rest && <p className="muted">{words.rest(rest)}</p>}
    </div>
  )
}

const anchorOf = (path: string) => `file-${encodeURIComponent(path)}`

function FileIndex({ files }: { files: readonly DiffFile[] }) {
  return (
    <details className={css.index} open={files.length <= 30}>
      <summary>{words.files}</summary>
      <ul>
        {files.map((file) => (
          <li key={file.path}>
            <span className={css.status} data-status={file.status} title={words.statuses[file.status]}>
              {words.letters[file.status]}
            </span>
            <a href={`#${anchorOf(file.path)}`}>{file.path}</a>
            <Counts added={file.added} removed={file.removed} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className={css.counts}>
      {added > 0 && <span data-kind="add">+{added}</span>} {removed > 0 && <span data-kind="del">−{removed}</span>}
    </span>
  )
}

function FileDiff({ file, isSplit, link }: { file: DiffFile; isSplit: boolean; link: ReactNode }) {
  const lines = file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0)
  const [isOpen, setOpen] = useState(lines <= openLines)
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  const note = file.large ? (
    <Large change={file.large} />
  ) : file.isBinary ? (
    words.binary
  ) : lines === 0 ? (
    words.noLines
  ) : null
  return (
    <section className={css.file} aria-label={file.path} id={anchorOf(file.path)}>
      <h3 className={css.head}>
        <button type="button" className={css.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Chevron size={16} stroke={1.75} aria-hidden />
          <span className={css.status} data-status={file.status} title={words.statuses[file.status]}>
            {words.letters[file.status]}
          </span>
          <span className={css.name}>{file.path}</span>
          <Counts added={file.added} removed={file.removed} />
        </button>
        {link}
      </h3>
      {note ? (
        <p className={cx(css.note, 'muted')}>{note}</p>
      ) : isOpen ? (
        <div className={css.scroll} tabIndex={0} role="region" aria-label={words.linesOf(file.path)}>
          <table className={css.lines} data-split={isSplit || undefined}>
            <tbody>
              {file.hunks.map((hunk, index) =>
                isSplit ? (
                  <SplitRows key={`h${index}`} hunk={hunk} isFirst={index === 0} />
                ) : (
                  <UnifiedRows key={`h${index}`} hunk={hunk} isFirst={index === 0} />
                ),
              )}
            </tbody>
          </table>
        </div>
      ) : (
        <p className={css.note}>
          <Button size="dense" onClick={() => setOpen(true)}>
            {words.show(lines)}
          </Button>
        </p>
      )}
    </section>
  )
}

function Large({ change: { before, after } }: { change: LargeChange }) {
  const [first, second] = [before?.sizeBytes, after?.sizeBytes]
  return (
    <>
      {words.large} {first !== undefined && <Bytes value={first} />}
      {first !== undefined && second !== undefined && ' → '}
      {second !== undefined && <Bytes value={second} />}
      <code className={css.oids}>
        {[before, after]
          .filter((one) => one !== undefined)
          .map((one) => one.oid.slice(0, 12))
          .join(' → ')}
      </code>
    </>
  )
}
