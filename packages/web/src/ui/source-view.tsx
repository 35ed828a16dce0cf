import css from './code.module.css'
import { Code } from './code-snippet.js'
import { languageOf } from './highlight.js'

/** A text file with line numbers. */
export function SourceView({ path, text }: { path: string; text: string }) {
  const count = text.replace(/\n$/, '').split('\n').length
  return (
    <div className={css.source} tabIndex={0} role="region" aria-label={path}>
      <div className={css.numbers} aria-hidden="true">
        {Array.from({ length: count }, (_, index) => index + 1).join('\n')}
      </div>
      <pre>
        <Code text={text} language={languageOf(path)} />
      </pre>
    </div>
  )
}
