import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react'
import { t } from '../text/en.js'
import { Button } from './button.js'
import { cx } from './classes.js'
import css from './data-table.module.css'
import { type Cell, saveFile, toCsv, toJson } from './export-rows.js'
import { IconArrowDown, IconArrowsSort, IconArrowUp } from './icons.js'

export interface Column<Row> {
  id: string
  head: string
  cell: (row: Row) => ReactNode
  /** What sorting and exports use; a column without it does neither. */
  value?: (row: Row) => Cell
  /** Right-aligned, in the code face. */
  isNumeric?: boolean
  total?: ReactNode
}

interface Props<Row> {
  /** Names the table aloud and its export files. */
  name: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Opens a row beside the page; the selected row comes back from the address. */
  onOpen?: (row: Row) => void
  selected?: string | undefined
  footer?: ReactNode
}

interface Sort {
  id: string
  isDown: boolean
}

function compare(a: Cell, b: Cell): number {
  if (a === b) return 0
  if (a === null || a === undefined) return -1
  if (b === null || b === undefined) return 1
  return a < b ? -1 : 1
}

function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): readonly Row[] {
  const value = sort && columns.find((column) => column.id === sort.id)?.value
  if (!sort || !value) return rows
  return rows.toSorted((a, b) => compare(value(a), value(b)) * (sort.isDown ? -1 : 1))
}

/** A table of facts: head stays, columns sort, rows open, everything can be taken away as CSV or JSON. */
export function DataTable<Row>({ name, columns, rows, rowKey, onOpen, selected, footer }: Props<Row>) {
  const [sort, setSort] = useState<Sort | null>(null)
  const shown = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort])
  const hasTotals = columns.some((column) => column.total !== undefined)
  return (
    <div className={css.wrap}>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={name}>
        <table className={css.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <HeadCell key={column.id} column={column} sort={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <BodyRow
                key={rowKey(row)}
                {...{ row, columns }}
                id={rowKey(row)}
                isSelected={selected === rowKey(row)}
                onOpen={onOpen}
              />
            ))}
          </tbody>
          {hasTotals && (
            <tfoot>
              <tr>
                {columns.map((column, index) => (
                  <td key={column.id} className={column.isNumeric ? css.num : undefined}>
                    {column.total ?? (index === 0 ? t.parts.total : '')}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
      <TableFoot {...{ name, columns, footer }} rows={shown} />
    </div>
  )
}

function HeadCell<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>
  sort: Sort | null
  onSort: (sort: Sort | null) => void
}) {
  const isOn = sort?.id === column.id
  const next = !isOn
    ? { id: column.id, isDown: Boolean(column.isNumeric) }
    : sort.isDown === Boolean(column.isNumeric)
      ? { id: column.id, isDown: !sort.isDown }
      : null
  const Icon = !isOn ? IconArrowsSort : sort.isDown ? IconArrowDown : IconArrowUp
  return (
    <th
      scope="col"
      className={column.isNumeric ? css.num : undefined}
      aria-sort={!isOn ? undefined : sort.isDown ? 'descending' : 'ascending'}
    >
      {column.value ? (
        <button type="button" className={css.sort} data-on={isOn || undefined} onClick={() => onSort(next)}>
          {column.head}
          <Icon size={14} stroke={1.75} aria-hidden />
        </button>
      ) : (
        column.head
      )}
    </th>
  )
}

interface BodyRowProps<Row> {
  row: Row
  id: string
  columns: readonly Column<Row>[]
  isSelected: boolean
  onOpen: ((row: Row) => void) | undefined
}

function BodyRow<Row>({ row, id, columns, isSelected, onOpen }: BodyRowProps<Row>) {
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>) => {
    if (event.target !== event.currentTarget) return
    const sibling =
      event.key === 'j' || event.key === 'ArrowDown'
        ? 'nextElementSibling'
        : event.key === 'k' || event.key === 'ArrowUp'
          ? 'previousElementSibling'
          : null
    if (event.key === 'Enter') onOpen?.(row)
    else if (sibling) (event.currentTarget[sibling] as HTMLElement | null)?.focus()
    else return
    event.preventDefault()
  }
  const opening = onOpen ? { tabIndex: 0, onClick: () => onOpen(row), onKeyDown, 'aria-selected': isSelected } : {}
  return (
    <tr {...opening} className={cx(onOpen && css.open)} data-row={id}>
      {columns.map((column) => (
        <td key={column.id} className={column.isNumeric ? css.num : undefined}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}

function TableFoot<Row>({
  name,
  columns,
  rows,
  footer,
}: {
  name: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  footer: ReactNode
}) {
  const exported = columns.filter((column) => column.value)
  const head = exported.map((column) => column.id)
  const cells = () => rows.map((row) => exported.map((column) => column.value?.(row)))
  const file = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return (
    <div className={css.foot}>
      <span>
        {t.parts.rows(rows.length)} {footer}
      </span>
      <div>
        <Button size="dense" variant="quiet" onClick={() => saveFile(`${file}.csv`, 'text/csv', toCsv(head, cells()))}>
          {t.parts.exportCsv}
        </Button>
        <Button
          size="dense"
          variant="quiet"
          onClick={() => saveFile(`${file}.json`, 'application/json', toJson(head, cells()))}
        >
          {t.parts.exportJson}
        </Button>
      </div>
    </div>
  )
}
