import { useSuspenseQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { shownBytes, textQuery } from '../../../lib/file-queries.js'
import { mostPeekRows, peekDelimited, peekJsonLines } from '../../../lib/peek-rows.js'
import { tf } from '../../../text/en/files.js'
import type { BlobProps } from './blob-props.js'
import css from './blob.module.css'
import { RowsTable } from './rows-table.js'
import { TextView } from './text-view.js'

/** The first rows of a CSV, TSV or JSON-lines file, from its first half megabyte. */
export function TableView(blob: BlobProps) {
  const { kind, ns, repo, rev, path, sizeBytes } = blob
  const { data } = useSuspenseQuery(textQuery(kind, `${ns}/${repo}`, rev, path))
  const { text } = data
  const peek = useMemo(() => {
    if (text === undefined) return null
    const isCut = sizeBytes > shownBytes
    if (/\.(jsonl|ndjson)$/i.test(path)) return peekJsonLines(text, isCut)
    return peekDelimited(text, /\.tsv$/i.test(path) ? '\t' : ',', isCut)
  }, [text, path, sizeBytes])
  if (!peek || peek.columns.length === 0 || peek.rows.length === 0) return <TextView {...blob} />
  return (
    <>
      <p className={css.peekNote}>
        {peek.isCut
          ? tf.table.first(Math.min(peek.rows.length, mostPeekRows), peek.columns.length)
          : tf.table.all(peek.rows.length, peek.columns.length)}
      </p>
      <RowsTable label={tf.table.rowsOf(path)} columns={peek.columns} rows={peek.rows} />
    </>
  )
}
