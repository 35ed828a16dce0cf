import { normalize } from '../softmax.js'

/** Token ids of several texts as one padded rectangle. */
export interface Batch {
  readonly rows: number
  readonly columns: number
  readonly inputIds: BigInt64Array
  readonly attentionMask: BigInt64Array
  readonly tokenCount: number
}

export function createBatch(rows: readonly (readonly number[])[], padId: number): Batch {
  const columns = Math.max(1, ...rows.map((row) => row.length))
  const inputIds = new BigInt64Array(rows.length * columns).fill(BigInt(padId))
  const attentionMask = new BigInt64Array(rows.length * columns)
  rows.forEach((row, index) => {
    row.forEach((id, column) => {
      inputIds[index * columns + column] = BigInt(id)
      attentionMask[index * columns + column] = 1n
    })
  })
  const tokenCount = rows.reduce((sum, row) => sum + row.length, 0)
  return { rows: rows.length, columns, inputIds, attentionMask, tokenCount }
}

/** Mean of the token vectors of each text, padding left out, scaled to length one. */
export function poolMean(data: Float32Array, dims: readonly number[], batch: Batch): Float32Array[] {
  const size = dims[2] ?? 0
  return Array.from({ length: batch.rows }, (_, row) => {
    const mean = new Float32Array(size)
    let count = 0
    for (let column = 0; column < batch.columns; column++) {
      if (batch.attentionMask[row * batch.columns + column] === 0n) continue
      count += 1
      const offset = (row * batch.columns + column) * size
      for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (data[offset + i] ?? 0)
    }
    return normalize(mean.map((value) => value / Math.max(1, count)))
  })
}

export function pickRows(data: Float32Array, dims: readonly number[]): Float32Array[] {
  const [rows = 0, columns = 0] = dims
  return Array.from({ length: rows }, (_, row) => data.slice(row * columns, (row + 1) * columns))
}
