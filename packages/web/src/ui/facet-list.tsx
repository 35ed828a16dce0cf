import { useState } from 'react'
import { t } from '../text/en.js'
import { Button } from './button.js'
import { IconX } from './icons.js'
import css from './lists.module.css'

export interface FacetValue {
  value: string
  label: string
  count?: number | undefined
}
export interface Facet {
  key: string
  title: string
  values: readonly FacetValue[]
}

const shownValues = 8

interface Props {
  facets: readonly Facet[]
  chosen: Readonly<Record<string, string | undefined>>
  onChoose: (key: string, value: string | undefined) => void
  label: string
}

/** Filters with counts; pressing a chosen one drops it. */
export function FacetList({ facets, chosen, onChoose, label }: Props) {
  return (
    <nav className={css.facets} aria-label={label}>
      {facets
        .filter((facet) => facet.values.length > 0)
        .map((facet) => (
          <FacetGroup
            key={facet.key}
            facet={facet}
            chosen={chosen[facet.key]}
            onChoose={(value) => onChoose(facet.key, value)}
          />
        ))}
    </nav>
  )
}

function FacetGroup({
  facet,
  chosen,
  onChoose,
}: {
  facet: Facet
  chosen: string | undefined
  onChoose: (value: string | undefined) => void
}) {
  const [isOpen, setOpen] = useState(false)
  const values = isOpen ? facet.values : facet.values.slice(0, shownValues)
  return (
    <section className={css.facet}>
      <h2>{facet.title}</h2>
      <ul>
        {values.map(({ value, label, count }) => (
          <li key={value}>
            <button
              type="button"
              className={css.facetItem}
              aria-pressed={chosen === value}
              onClick={() => onChoose(chosen === value ? undefined : value)}
            >
              <span>{label}</span>
              <span>{count ?? ''}</span>
            </button>
          </li>
        ))}
      </ul>
      {facet.values.length > shownValues && (
        <button type="button" className={css.more} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t.parts.collapse : `${t.parts.expand} (${facet.values.length})`}
        </button>
      )}
    </section>
  )
}

/** The filters in force, each with a way to drop it. */
export function FilterChips({
  chosen,
  onDrop,
  onClear,
}: {
  chosen: readonly { key: string; label: string }[]
  onDrop: (key: string) => void
  onClear: () => void
}) {
  if (chosen.length === 0) return null
  return (
    <div className={css.chips}>
      {chosen.map(({ key, label }) => (
        <button
          key={key}
          type="button"
          className={css.chip}
          aria-label={t.parts.dropFilter(label)}
          onClick={() => onDrop(key)}
        >
          {label}
          <IconX size={14} stroke={1.75} aria-hidden />
        </button>
      ))}
      {chosen.length > 1 && (
        <Button size="dense" variant="quiet" onClick={onClear}>
          {t.parts.clearFilters}
        </Button>
      )}
    </div>
  )
}
