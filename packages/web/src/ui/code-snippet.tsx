import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { cx } from './classes.js'
import css from './code.module.css'
import { CopyButton } from './copy-text.js'
import { highlight, type Language } from './highlight.js'

/** Source text in colours. */
export function Code({ text, language }: { text: string; language: Language }) {
  return (
    <code>
      {highlight(text, language).map((piece, index) => (
        <span key={`${index}-${piece.kind}`} className={piece.kind === 'plain' ? undefined : css[piece.kind]}>
          {piece.text}
        </span>
      ))}
    </code>
  )
}

export interface Snippet {
  id: string
  label: string
  language: Language
  code: string
  /** Shown instead of `code` while the key in it is hidden. */
  masked?: string
}

interface Props {
  snippets: readonly Snippet[]
  /** Name of the group for assistive technology. */
  label: string
  value?: string
  onChange?: (id: string) => void
}

/** Code for several clients behind tabs; what is copied runs as pasted. */
export function CodeSnippet({ snippets, label, value, onChange }: Props) {
  const [own, setOwn] = useState<string>()
  const base = useId()
  const list = useRef<HTMLDivElement>(null)
  const current = snippets.find((snippet) => snippet.id === (value ?? own)) ?? snippets[0]
  if (!current) return null
  const choose = (id: string) => (onChange ? onChange(id) : setOwn(id))
  const move = (event: KeyboardEvent) => {
    const delta = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (!delta) return
    const index = (snippets.indexOf(current) + delta + snippets.length) % snippets.length
    choose(snippets[index]?.id ?? current.id)
    list.current?.querySelectorAll<HTMLButtonElement>('[role=tab]')[index]?.focus()
  }
  return (
    <div className={css.snippet}>
      <div className={css.snippetHead}>
        <div className={css.snippetTabs} role="tablist" aria-label={label} ref={list} onKeyDown={move}>
          {snippets.map((snippet) => (
            <button
              key={snippet.id}
              type="button"
              role="tab"
              id={`${base}-${snippet.id}`}
              aria-selected={snippet === current}
              aria-controls={`${base}-panel`}
              tabIndex={snippet === current ? 0 : -1}
              className={cx(css.snippetTab, snippet === current && css.snippetTabOn)}
              onClick={() => choose(snippet.id)}
            >
              {snippet.label}
            </button>
          ))}
        </div>
        <CopyButton text={current.code} what={current.label} />
      </div>
      <pre
        className={css.snippetCode}
        id={`${base}-panel`}
        role="tabpanel"
        aria-labelledby={`${base}-${current.id}`}
        tabIndex={0}
      >
        <Code text={current.masked ?? current.code} language={current.language} />
      </pre>
    </div>
  )
}

/** A block of commands with a copy button. */
export function CommandBlock({ text, what, language = 'sh' }: { text: string; what: string; language?: Language }) {
  return (
    <div className={css.command}>
      <pre tabIndex={0} aria-label={what}>
        <Code text={text} language={language} />
      </pre>
      <CopyButton text={text} what={what} className={css.commandCopy} />
    </div>
  )
}
