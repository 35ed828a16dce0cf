import { tf } from '../../../text/en/files.js'
import css from './blob.module.css'

interface Props {
  label: string
  columns: readonly { name: string; type: string }[]
  rows: readonly (readonly string[])[]
}

const isNumber = (type: string) => /^(integer|number|u?int\d*|float\d*|double|decimal.*)$/i.test(type)

/** First rows of a table with the type of each column. */
export function RowsTable({ label, columns, rows }: Props) {
  return (
    <div className={css.rowsBox} role="region" aria-label={label} tabIndex={0}>
      <table className={css.rows}>
        <thead>
          <tr>
            <th scope="col" className={css.rowNumber}>
              <span className="visually-hidden">{tf.table.row}</span>
            </th>
            {columns.map(({ name, type }, index) => (
              <th key={`${index}-${name}`} scope="col">
                {name}
                <small>{type}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, nth) => (
            <tr key={`row-${nth}`}>
              <td className={css.rowNumber}>{nth + 1}</td>
              {columns.map(({ type }, index) => (
                <td key={`cell-${index}`} data-number={isNumber(type) || undefined} title={row[index]}>
                  {row[index] === 'null' || row[index] === '' ? <i>{row[index] ? 'null' : ''}</i> : row[index]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
