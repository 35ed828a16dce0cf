import type { FileInspection } from '@stoa/contracts'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { formatBytes, formatCount, formatExact } from '../../../lib/units.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { SelectField, TextField } from '../../../ui/field.js'
import { IconSearch } from '../../../ui/icons.js'
import { Section } from '../../../ui/page.js'
import css from './blob.module.css'

type Tensor = Extract<FileInspection, { format: 'safetensors' | 'gguf' }>['tensors'][number]

const words = tf.inspect
const rowPx = 32
const sizeOf = ({ shape }: Tensor) => shape.reduce((product, length) => product * length, 1)
const sorts = {
  file: () => 0,
  name: (a: Tensor, b: Tensor) => a.name.localeCompare(b.name, 'en', { numeric: true }),
  size: (a: Tensor, b: Tensor) => sizeOf(b) - sizeOf(a),
} as const

/** Every tensor with its type, shape and size; only rows in sight are in the page. */
export function TensorTable({ tensors, count }: { tensors: readonly Tensor[]; count: number }) {
  const [filter, setFilter] = useState('')
  const [sort, setSort] = useState<keyof typeof sorts>('file')
  const box = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => {
    const needle = filter.toLowerCase()
    return tensors
      .filter(({ name, dtype }) => name.toLowerCase().includes(needle) || dtype.toLowerCase() === needle)
      .toSorted(sorts[sort])
  }, [tensors, filter, sort])
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
  })
  const isCut = tensors.length < count
  return (
    <Section
      title={words.tensorList(shown.length, tensors.length)}
      note={isCut ? <span className="muted">{words.cut(tensors.length, formatExact(count))}</span> : undefined}
    >
      <div className={css.tensorTools}>
        <TextField
          label={words.filter}
          hideLabel
          type="search"
          placeholder={words.filter}
          start={<IconSearch size={16} stroke={1.75} aria-hidden />}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <SelectField
          label={words.order}
          hideLabel
          value={sort}
          options={Object.entries(words.orders).map(([value, label]) => ({ value, label }))}
          onChange={(event) => setSort(event.target.value as keyof typeof sorts)}
        />
      </div>
      <div
        ref={box}
        className={css.tensorBox}
        tabIndex={0}
        role="table"
        aria-label={words.tensors}
        aria-rowcount={shown.length + 1}
      >
        <div role="rowgroup" className={css.tensorHead}>
          <div role="row" aria-rowindex={1} className={css.tensorRow}>
            <span role="columnheader">{words.name}</span>
            <span role="columnheader">{words.dtype}</span>
            <span role="columnheader">{words.shape}</span>
            <span role="columnheader">{t.repo.parameters}</span>
            <span role="columnheader">{t.repo.size}</span>
          </div>
        </div>
        <div role="rowgroup" className={css.tensorRows} style={{ blockSize: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const tensor = shown[item.index]
            if (!tensor) return null
            const parameters = sizeOf(tensor)
            return (
              <div
                key={tensor.name}
                role="row"
                aria-rowindex={item.index + 2}
                className={css.tensorRow}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span role="cell" title={tensor.name}>
                  {tensor.name}
                </span>
                <span role="cell">{tensor.dtype}</span>
                <span role="cell">[{tensor.shape.join(', ')}]</span>
                <span role="cell" title={formatExact(parameters)}>
                  {formatCount(parameters)}
                </span>
                <span role="cell">{tensor.sizeBytes === undefined ? '' : formatBytes(tensor.sizeBytes)}</span>
              </div>
            )
          })}
        </div>
      </div>
    </Section>
  )
}
