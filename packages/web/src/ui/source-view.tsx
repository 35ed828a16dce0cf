import { useLocation } from '@tanstack/react-router'
import { type MouseEvent, useEffect, useMemo, useRef } from 'react'
import { t } from '../text/en.js'
import { cx } from './classes.js'
import css from './code.module.css'
import { Code } from './code-snippet.js'
import { languageOf } from './highlight.js'

const linePx = 20
const paddingPx = 12
/** Beyond this many lines the numbers are one text: links by the ten thousand slow a page down. */
const mostLinks = 4000

/** `#L12` and `#L12-L20`: first and last line, or null. */
export function linesOfHash(hash: string): [number, number] | null {
  const match = /^#?L(\d{1,7})(?:-L?(\d{1,7}))?$/.exec(hash)
  if (!match) return null
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  return first <= last ? [first, last] : [last, first]
}

/** A text file with line numbers; a press on one puts it in the address, with Shift a stretch. */
export function SourceView({ path, text }: { path: string; text: string }) {
  const count = text.replace(/\n$/, '').split('\n').length
  const hash = useLocation({ select: (location) => location.hash })
  const range = linesOfHash(hash)
  const box = useRef<HTMLDivElement>(null)
  const first = range?.[0]
  useEffect(() => {
    if (first === undefined || !box.current) return
    const top = box.current.getBoundingClientRect().top + window.scrollY + paddingPx + (first - 1) * linePx
    if (top < window.scrollY + 80 || top > window.scrollY + window.innerHeight - 80)
      window.scrollTo({ top: top - window.innerHeight / 3 })
  }, [first])
  const onClick = (event: MouseEvent) => {
    const line = Number((event.target as HTMLElement).dataset['line'])
    if (!line) return
    event.preventDefault()
    const next = event.shiftKey && range ? `L${Math.min(range[0], line)}-L${Math.max(range[1], line)}` : `L${line}`
    window.location.replace(`#${next}`)
  }
  const numbers = useMemo(
    () =>
      count > mostLinks
        ? Array.from({ length: count }, (_, index) => index + 1).join('\n')
        : Array.from({ length: count }, (_, index) => (
            <a key={index + 1} href={`#L${index + 1}`} data-line={index + 1} tabIndex={-1}>
              {index + 1}
            </a>
          )),
    [count],
  )
  const code = useMemo(() => <Code text={text} language={languageOf(path)} />, [text, path])
  return (
    <div className={css.source} tabIndex={0} role="region" aria-label={path} ref={box}>
      {range && (
        <div
          className={css.lit}
          style={{
            insetBlockStart: paddingPx + (range[0] - 1) * linePx,
            blockSize: (range[1] - range[0] + 1) * linePx,
          }}
          role="note"
          aria-label={t.repo.litLines(range[0], range[1])}
        />
      )}
      <div className={cx(css.numbers, css.numberLinks)} onClick={onClick} aria-hidden="true">
        {numbers}
      </div>
      <pre>{code}</pre>
    </div>
  )
}
