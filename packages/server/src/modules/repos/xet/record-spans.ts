import type { ChunkIndex } from './chunk-index.js'

/** Byte spans of whole chunks of a xorb, each of about `stepBytes`, which hold any chunk. */
export function* recordSpans(
  index: ChunkIndex,
  { chunkStart, chunkEnd }: { readonly chunkStart: number; readonly chunkEnd: number },
  stepBytes: number,
): Generator<readonly [number, number]> {
  let start = chunkStart === 0 ? 0 : (index.serialisedEnds[chunkStart - 1] ?? 0)
  for (let chunk = chunkStart; chunk < chunkEnd; chunk += 1) {
    const end = index.serialisedEnds[chunk] ?? 0
    const isLast = chunk === chunkEnd - 1
    if (!isLast && (index.serialisedEnds[chunk + 1] ?? 0) - start <= stepBytes) continue
    yield [start, end]
    start = end
  }
}
