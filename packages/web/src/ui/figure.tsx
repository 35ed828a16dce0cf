import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react'
import { t } from '../text/en.js'
import css from './figures.module.css'

interface FigureProps {
  /** As shown; `undefined` is written "not measured". */
  value: ReactNode
  unit?: string
  icon?: ReactNode
  /** The exact figure, on hover. */
  exact?: string
}

/** One figure with its unit, in a row of figures. */
export function Figure({ value, unit, icon, exact }: FigureProps) {
  return (
    <span className={css.figure} title={exact}>
      {icon}
      <b>{value ?? t.parts.notMeasured}</b> {unit}
    </span>
  )
}

export function Figures({ children }: { children: ReactNode }) {
  return <div className={css.figures}>{children}</div>
}

interface TileProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  label: string
  value: ReactNode
  note?: ReactNode
  ref?: Ref<HTMLAnchorElement>
}

const tileBody = (label: string, value: ReactNode, note: ReactNode) => (
  <>
    <span className={css.tileLabel}>{label}</span>
    <span className={css.tileValue}>{value}</span>
    {note && <span className={css.tileNote}>{note}</span>}
  </>
)

/** A figure that stands on its own. */
export function Tile({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return <div className={css.tile}>{tileBody(label, value, note)}</div>
}

function AnchorTile({ label, value, note, ...rest }: TileProps) {
  return (
    <a {...rest} className={css.tile}>
      {tileBody(label, value, note)}
    </a>
  )
}
/** A tile that opens to the rows behind it. */
export const TileLink = createLink(AnchorTile)

export function Tiles({ children }: { children: ReactNode }) {
  return <div className={css.tiles}>{children}</div>
}
