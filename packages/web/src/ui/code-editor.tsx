import { type KeyboardEvent, useRef } from 'react'
import { useRested } from '../lib/use-rested.js'
import { tf } from '../text/en/files.js'
import css from './code.module.css'
import { Code } from './code-snippet.js'
import { languageOf } from './highlight.js'

interface Props {
  label: string
  /** Decides the colours. */
  path: string
  value: string
  onChange: (text: string) => void
  onSave?: () => void
}

const indentOf = (path: string): string => (/\.(py|rs|java|c|cpp|h)$/.test(path) ? '    ' : '  ')

/** Longer texts are coloured when the writer rests, not at every key. */
const promptChars = 20_000
const restMs = 250

/**
 * A text field with colours and line numbers behind it: undo, search, spelling and screen readers work as the platform has
 * them. Tab indents; Escape lets the next Tab leave the field.
 */
export function CodeEditor({ label, path, value, onChange, onSave }: Props) {
  const rested = useRested(value, restMs)
  const isColoured = value.length <= promptChars || rested === value
  const leaves = useRef(false)
  const lines = value.split('\n').length
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 's' && (event.ctrlKey || event.metaKey) && onSave) {
      event.preventDefault()
      return onSave()
    }
    if (event.key === 'Escape') leaves.current = true
    else if (event.key === 'Tab' && !leaves.current && !event.ctrlKey && !event.altKey) {
      event.preventDefault()
      indent(event.currentTarget, indentOf(path), event.shiftKey)
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      breakLine(event.currentTarget)
    } else if (event.key !== 'Shift') leaves.current = false
  }
  return (
    <div className={css.editor}>
      <div className={css.editorInner}>
        <div className={css.numbers} aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </div>
        <div className={css.editorPaper}>
          <pre aria-hidden="true">
            <Code text={`${value}\n`} language={isColoured ? languageOf(path) : 'text'} />
          </pre>
          <textarea
            aria-label={label}
            title={tf.edit.tabHelp}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={onKeyDown}
            spellCheck={/\.(md|txt)$/.test(path)}
            autoCapitalize="off"
            autoComplete="off"
            wrap="off"
          />
        </div>
      </div>
    </div>
  )
}

/** Through the browser's own editing, so that undo takes it back. */
const insert = (text: string) => document.execCommand('insertText', false, text)

function indent(area: HTMLTextAreaElement, unit: string, isBack: boolean): void {
  const { selectionStart: from, selectionEnd: to, value } = area
  const lineStart = value.lastIndexOf('\n', from - 1) + 1
  if (!isBack && from === to) return void insert(unit)
  const block = value.slice(lineStart, to)
  const changed = block
    .split('\n')
    .map((line) =>
      isBack ? line.replace(new RegExp(`^(\t| {1,${unit.length}})`), '') : line === '' ? line : unit + line,
    )
    .join('\n')
  if (changed === block) return
  area.setSelectionRange(lineStart, to)
  insert(changed)
  if (from === to)
    area.setSelectionRange(
      Math.max(lineStart, from + changed.length - block.length),
      Math.max(lineStart, from + changed.length - block.length),
    )
  else area.setSelectionRange(lineStart, lineStart + changed.length)
}

/** A new line begins as deep as the one before. */
function breakLine(area: HTMLTextAreaElement): void {
  const { selectionStart, value } = area
  const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart)
  insert(`\n${/^[ \t]*/.exec(line)?.[0] ?? ''}`)
}
