import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { readRange } from './file-queries.js'
import { showValue } from './peek-rows.js'

/** Rows shown of a Parquet file. */
const shownRows = 100
/** Bytes read for the rows of one column, and of all; a heavier column is named but not read. */
const columnBytes = 8_000_000
const allBytes = 24_000_000
/** Longest description of columns that is read. */
const footerBytes = 16_000_000
const mostColumns = 200

export interface ParquetPeek {
  rowCount: number
  rowGroups: number
  createdBy: string
  columns: { name: string; type: string; compressedBytes: number; isRead: boolean }[]
  rows: string[][]
}

/** The description and first rows of a Parquet file, read in parts; how much is bounded, whatever the file says of itself. */
export async function peekParquet(href: string, sizeBytes: number, signal: AbortSignal): Promise<ParquetPeek> {
  const file = boundedBuffer(href, sizeBytes, signal)
  const metadata = await parquetMetadataAsync(file)
  const columns = describeColumns(metadata)
  const readable = columns.filter(({ isRead }) => isRead).map(({ name }) => name)
  const rowCount = Number(metadata.num_rows)
  const rowEnd = Math.min(shownRows, rowCount, Number(metadata.row_groups[0]?.num_rows ?? 0))
  const compressors = await compressorsFor(metadata)
  const options = {
    file,
    metadata,
    ...(compressors ? { compressors } : {}),
    columns: readable,
    rowStart: 0,
    rowEnd,
    useOffsetIndex: true,
    utf8: false,
  }
  const found = readable.length > 0 && rowEnd > 0 ? await parquetReadObjects(options) : []
  return {
    rowCount,
    rowGroups: metadata.row_groups.length,
    createdBy: metadata.created_by ?? '',
    columns,
    rows: found.map((row) => columns.map(({ name, isRead }) => (isRead ? showValue(row[name]) : '…'))),
  }
}

/** Top columns with their type and weight in the first row group, lightest chosen first until the bound is reached. */
function describeColumns(metadata: FileMetaData): ParquetPeek['columns'] {
  const weights = new Map<string, number>()
  for (const chunk of metadata.row_groups[0]?.columns ?? []) {
    const name = chunk.meta_data?.path_in_schema[0]
    if (name) weights.set(name, (weights.get(name) ?? 0) + Number(chunk.meta_data?.total_compressed_size ?? 0))
  }
  const columns = parquetSchema(metadata)
    .children.slice(0, mostColumns)
    .map(({ element, children }) => ({
      name: element.name,
      type: typeOf(element, children.length > 0),
      compressedBytes: weights.get(element.name) ?? 0,
      isRead: false,
    }))
  let left = allBytes
  for (const column of columns.toSorted((a, b) => a.compressedBytes - b.compressedBytes)) {
    if (column.compressedBytes > columnBytes || column.compressedBytes > left) continue
    column.isRead = true
    left -= column.compressedBytes
  }
  return columns
}

/** Most files need no more than Snappy, which the reader has itself; others are fetched when a file needs them. */
async function compressorsFor(metadata: FileMetaData) {
  const codecs = metadata.row_groups[0]?.columns.map((chunk) => chunk.meta_data?.codec ?? 'UNCOMPRESSED') ?? []
  if (codecs.every((codec) => codec === 'UNCOMPRESSED' || codec === 'SNAPPY')) return undefined
  // The Snappy among them is WebAssembly, which our pages do not allow.
  const { SNAPPY: _, ...others } = (await import('hyparquet-compressors')).compressors
  return others
}

type Element = FileMetaData['schema'][number]

function typeOf(element: Element, isNested: boolean): string {
  const logical = element.logical_type?.type ?? element.converted_type
  if (logical === 'STRING' || logical === 'UTF8') return 'text'
  if (logical) return String(logical).toLowerCase()
  if (isNested) return 'struct'
  return (
    { BYTE_ARRAY: 'bytes', INT32: 'int32', INT64: 'int64', FLOAT: 'float32', DOUBLE: 'float64', BOOLEAN: 'boolean' }[
      String(element.type) as 'INT32'
    ] ?? String(element.type ?? '').toLowerCase()
  )
}

function boundedBuffer(href: string, sizeBytes: number, signal: AbortSignal): AsyncBuffer {
  let left = allBytes * 2 + footerBytes
  return {
    byteLength: sizeBytes,
    slice: async (start, end = sizeBytes) => {
      const from = start < 0 ? sizeBytes + start : start
      left -= end - from
      if (left < 0) throw new Error('This file wants more to be read than a look at it is worth. Download it.')
      const bytes = await readRange(href, from, end, signal)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    },
  }
}
