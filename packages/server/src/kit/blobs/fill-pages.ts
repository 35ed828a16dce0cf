import type { Readable } from 'node:stream'
import type { BlobRange } from './port.js'

/** Reads a range that was asked for into memory; null when there is no blob or it is shorter. */
export async function fillPages(
  found: { readonly body: Readable } | null,
  range: BlobRange,
  pages: Buffer,
): Promise<Buffer | null> {
  if (found === null) return null
  const wanted = range.endExclusive - range.start
  let held = 0
  for await (const part of found.body as AsyncIterable<Buffer>) held += part.copy(pages, held, 0, wanted - held)
  return held < wanted ? null : pages.subarray(0, wanted)
}
