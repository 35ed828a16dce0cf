import { useState } from 'react'
import { t } from '../../../text/en.js'
import { Button } from '../../../ui/button.js'
import css from './blob.module.css'

const shownRows = 40
const shortChars = 160

/** A value in one line: lists joined, objects as JSON, long arrays by their length. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.map(String).join(', ')
  const length = (value as { length?: unknown } | null)?.length
  if (value && Object.keys(value).length === 1 && typeof length === 'number') return t.repo.items(length)
  return JSON.stringify(value)
}

/** Names and values of a file's metadata; what is long opens where it stands. */
export function MetadataTable({ label, values }: { label: string; values: Readonly<Record<string, unknown>> }) {
  const [areAll, setAll] = useState(false)
  const rows = Object.entries(values)
  return (
    <div className={css.scroll} role="region" aria-label={label} tabIndex={0}>
      <table className={css.facts}>
        <tbody>
          {rows.slice(0, areAll ? undefined : shownRows).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Value text={textOf(value)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shownRows && !areAll && (
        <p className={css.more}>
          <Button size="dense" onClick={() => setAll(true)}>
            {t.repo.allRows(rows.length)}
          </Button>
        </p>
      )}
    </div>
  )
}

function Value({ text }: { text: string }) {
  if (text.length <= shortChars) return <>{text}</>
  return (
    <details>
      <summary>{text.slice(0, shortChars)}…</summary>
      <pre className={css.long}>{text}</pre>
    </details>
  )
}
