import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'
import { useTitle } from '../lib/use-title.js'
import { t } from '../text/en.js'
import { cx } from './classes.js'
import css from './layout.module.css'

/** The measure and the margins of a page. */
export function Page({ children, narrow }: { children: ReactNode; narrow?: boolean }) {
  return <div className={cx(css.page, narrow && css.narrow)}>{children}</div>
}

interface HeaderProps {
  title: ReactNode
  /** Title of the tab, when `title` is not a text. */
  documentTitle?: string
  lead?: ReactNode
  actions?: ReactNode
}

/** The page's name, one sentence on it, its actions; also sets the title of the tab. */
export function PageHeader({ title, documentTitle, lead, actions }: HeaderProps) {
  useTitle(documentTitle ?? (typeof title === 'string' ? title : undefined))
  return (
    <header className={css.header}>
      <div>
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      {actions && <div className={css.headerActions}>{actions}</div>}
    </header>
  )
}

function TabAnchor({ children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }) {
  return (
    <a {...rest} className={css.tab}>
      {children}
    </a>
  )
}
/** One tab: a link, so that it has an address and the back button works. */
export const Tab = createLink(TabAnchor)

export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className={css.tabs} aria-label={label}>
      {children}
    </nav>
  )
}

function RailAnchor({ children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }) {
  return (
    <a {...rest} className={css.railLink}>
      {children}
    </a>
  )
}
export const RailLink = createLink(RailAnchor)

/** An area with sections: rail on the left, a strip on phones. */
export function Railed({ rail, label, children }: { rail: ReactNode; label?: string; children: ReactNode }) {
  return (
    <div className={css.railed}>
      <nav className={css.rail} aria-label={label ?? t.parts.sections}>
        {rail}
      </nav>
      <div className={css.stack}>{children}</div>
    </div>
  )
}
export function RailGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <h2>{title}</h2>
      <div className={css.railLinks}>{children}</div>
    </>
  )
}

/** Main column and a narrower one on its right. */
export function Split({ main, aside }: { main: ReactNode; aside: ReactNode }) {
  return (
    <div className={css.split}>
      <div className={css.stack}>{main}</div>
      <aside className={css.aside}>{aside}</aside>
    </div>
  )
}

export function Stack({ children }: { children: ReactNode }) {
  return <div className={css.stack}>{children}</div>
}

export function Row({ children }: { children: ReactNode }) {
  return <div className={css.row}>{children}</div>
}

export function Card({ children, tone }: { children: ReactNode; tone?: 'danger' }) {
  return (
    <div className={css.card} data-tone={tone}>
      {children}
    </div>
  )
}

/** A titled part of a page. */
export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.section}>
      <div className={css.sectionHead}>
        <h2>{title}</h2>
        {note}
      </div>
      {children}
    </section>
  )
}

/** Names and values, one pair a line; pairs without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
