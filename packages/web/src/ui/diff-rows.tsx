import { tf } from '../text/en/files.js'
import css from './diff.module.css'
import type { DiffHunk, DiffLine } from './parse-diff.js'

const words = tf.diff
const signs = { same: ' ', add: '+', del: '−' } as const

function HunkHead({ hunk, columns, isFirst }: { hunk: DiffHunk; columns: number; isFirst: boolean }) {
  const line = hunk.lines[0]
  if (isFirst && !hunk.header && (line?.now ?? line?.old ?? 1) <= 1) return null
  return (
    <tr className={css.hunk}>
      <td colSpan={columns}>{words.hunk(line?.now ?? line?.old ?? 1, hunk.header)}</td>
    </tr>
  )
}

/** The text of a line, the stretches that make the difference set off. */
function LineText({ line }: { line: DiffLine }) {
  if (!line.marks?.length) return <>{line.text || ' '}</>
  const pieces = []
  let end = 0
  for (const [from, to] of line.marks) {
    pieces.push(line.text.slice(end, from), <mark key={from}>{line.text.slice(from, to)}</mark>)
    end = to
  }
  return (
    <>
      {pieces}
      {line.text.slice(end)}
    </>
  )
}

function Cell({ line }: { line: DiffLine | undefined }) {
  if (!line) return <td className={css.text} data-kind="none" />
  return (
    <td className={css.text} data-kind={line.kind}>
      {line.kind !== 'same' && <span className="visually-hidden">{words.kinds[line.kind]}: </span>}
      <span className={css.sign} aria-hidden="true">
        {signs[line.kind]}
      </span>
      <LineText line={line} />
    </td>
  )
}

export function UnifiedRows({ hunk, isFirst }: { hunk: DiffHunk; isFirst: boolean }) {
  return (
    <>
      <HunkHead {...{ hunk, isFirst }} columns={3} />
      {hunk.lines.map((line) => (
        <tr key={`${line.kind}${line.old ?? ''}-${line.now ?? ''}`} data-kind={line.kind}>
          <td className={css.number}>{line.old}</td>
          <td className={css.number}>{line.now}</td>
          <Cell line={line} />
        </tr>
      ))}
    </>
  )
}

/** Removed lines left of the added ones that took their place. */
export function SplitRows({ hunk, isFirst }: { hunk: DiffHunk; isFirst: boolean }) {
  const rows: [DiffLine | undefined, DiffLine | undefined][] = []
  let removed: DiffLine[] = []
  let added: DiffLine[] = []
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) rows.push([removed[at], added[at]])
    removed = []
    added = []
  }
  for (const line of hunk.lines) {
    if (line.kind === 'del') {
      if (added.length > 0) flush()
      removed.push(line)
    } else if (line.kind === 'add') added.push(line)
    else {
      flush()
      rows.push([line, line])
    }
  }
  flush()
  return (
    <>
      <HunkHead {...{ hunk, isFirst }} columns={4} />
      {rows.map(([left, right]) => (
        <tr key={`${left?.old ?? ''}-${right?.now ?? ''}`}>
          <td className={css.number} data-kind={left?.kind}>
            {left?.old}
          </td>
          <Cell line={left} />
          <td className={css.number} data-kind={right?.kind}>
            {right?.now}
          </td>
          <Cell line={right} />
        </tr>
      ))}
    </>
  )
}
