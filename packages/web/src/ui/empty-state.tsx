import type { ReactNode } from 'react'
import { t } from '../text/en.js'
import { CommandBlock } from './code-snippet.js'
import css from './states.module.css'

interface Props {
  title: string
  children?: ReactNode
  icon?: ReactNode
  action?: ReactNode
  /** The same thing as a command line, for a person who prefers that. */
  command?: string
}

/** One sentence what this is for, the one action, the same as a command. */
export function EmptyState({ title, children, icon, action, command }: Props) {
  return (
    <section className={css.empty}>
      {icon && <span className={css.emptyIcon}>{icon}</span>}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div className={css.actions}>{action}</div>}
      {command && (
        <figure>
          <figcaption>{t.parts.commandLine}</figcaption>
          <CommandBlock text={command} what={t.parts.commandLine} />
        </figure>
      )}
    </section>
  )
}
