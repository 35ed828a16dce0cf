import { useQuery } from '@tanstack/react-query'
import { formatBytes, formatExact } from '../../../lib/units.js'
import { peekParquet } from '../../../lib/peek-parquet.js'
import { tf } from '../../../text/en/files.js'
import { Figure, Figures } from '../../../ui/figure.js'
import { Notice } from '../../../ui/notice.js'
import { Skeleton } from '../../../ui/skeleton.js'
import type { BlobProps } from './blob-props.js'
import css from './blob.module.css'
import { RowsTable } from './rows-table.js'

/** Columns, types and first rows of a Parquet file, read in parts by the browser. */
export function ParquetView({ href, path, sizeBytes }: BlobProps) {
  const { data, error } = useQuery({
    queryKey: ['parquet', href],
    queryFn: ({ signal }) => peekParquet(href, sizeBytes, signal),
    retry: false,
  })
  if (error) return <Notice tone="warn">{tf.table.unreadable(error.message)}</Notice>
  if (!data)
    return (
      <div className={css.inspect}>
        <Skeleton lines={8} />
      </div>
    )
  const skipped = data.columns.filter(({ isRead, compressedBytes }) => !isRead && compressedBytes > 0)
  return (
    <div className={css.inspect}>
      <Figures>
        <Figure value={formatExact(data.rowCount)} unit={tf.table.rows} />
        <Figure value={formatExact(data.columns.length)} unit={tf.table.columns} />
        <Figure value={formatExact(data.rowGroups)} unit={tf.table.rowGroups} />
        {data.createdBy && <span className="muted">{data.createdBy.slice(0, 80)}</span>}
      </Figures>
      {skipped.length > 0 && (
        <Notice>
          {tf.table.skipped(
            skipped.map(({ name, compressedBytes }) => `${name} (${formatBytes(compressedBytes)})`).join(', '),
          )}
        </Notice>
      )}
      <RowsTable label={tf.table.rowsOf(path)} columns={data.columns} rows={data.rows} />
    </div>
  )
}
