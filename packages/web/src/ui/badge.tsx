import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'
import css from './figures.module.css'

type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent'

/** A short fact; tone is always beside a word. */
export function Badge({
  tone = 'plain',
  icon,
  title,
  children,
}: {
  tone?: Tone
  icon?: ReactNode
  title?: string
  children: ReactNode
}) {
  return (
    <span className={css.badge} data-tone={tone} title={title}>
      {icon}
      {children}
    </span>
  )
}

function Anchor({ children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }) {
  return (
    <a {...rest} className={css.badge}>
      {children}
    </a>
  )
}
/** A badge that leads to everything else with the same fact. */
export const BadgeLink = createLink(Anchor)

export function Badges({ children }: { children: ReactNode }) {
  return <div className={css.badges}>{children}</div>
}
