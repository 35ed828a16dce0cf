import css from './markdown.module.css'

/** HTML that the server rendered from markdown and sanitised; nothing else may be given here. */
export function Markdown({ html }: { html: string }) {
  // The server's sanitiser removes scripts, handlers, frames and foreign addresses; the page's CSP refuses them a second time.
  return <div className={css.prose} dangerouslySetInnerHTML={{ __html: html }} />
}
