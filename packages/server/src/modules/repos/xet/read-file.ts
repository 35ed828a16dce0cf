import { Readable } from 'node:stream'
import { refuse } from '@stoa/contracts'
import { decodeRecords, type FileTerm } from '@stoa/xet'
import type { ByteRange } from '../../../kit/http/bytes.js'
import { PumpedBytes } from '../../../kit/http/pumped-bytes.js'
import { SlabReader } from './slab-reader.js'
import { planRange } from './plan-range.js'
import { recordSpans } from './record-spans.js'
import type { XetDeps } from './xet-deps.js'

/** Bytes of a xorb that are read and decoded at once. */
const STEP_BYTES = 4 * 1024 * 1024

type ReadDeps = Pick<XetDeps, 'db' | 'blobs'>

/**
 * The bytes of a range of a file, rebuilt from its terms as they are read. Where xorbs are files of this machine, that costs
 * little more than reading the file whole.
 */
export async function openXetFile(deps: ReadDeps, terms: readonly FileTerm[], range: ByteRange): Promise<Readable> {
  const { blobs } = deps
  if (blobs.kind === 'disk') {
    const pathOf = (key: string): string => blobs.localPath(key) ?? ''
    const sizeBytes = range.endExclusive - range.start
    return new PumpedBytes(new SlabReader({ sizeBytes, parts: planRange(deps.db, terms, range), pathOf }))
  }
  return Readable.from(rebuild(deps, terms, range), { objectMode: false })
}

/** As `openXetFile`, piece by piece. */
export async function* rebuild(
  deps: ReadDeps,
  terms: readonly FileTerm[],
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  let left = range.endExclusive - range.start
  for await (const { term, xorb, skipBytes } of planRange(deps.db, terms, range)) {
    let skip = skipBytes
    const spans = recordSpans(xorb.index, term, STEP_BYTES)
    for await (const bytes of readSpans(deps, xorb.stored.blobKey, spans)) {
      for (const raw of decodeRecords(bytes)) {
        const part = raw.subarray(Math.min(skip, raw.length), Math.min(raw.length, skip + left))
        skip = Math.max(0, skip - raw.length)
        left -= part.length
        if (part.length > 0) yield part
      }
    }
  }
}

/** Spans of a blob one after another; each is read while the one before it is used. */
async function* readSpans(
  deps: Pick<XetDeps, 'blobs'>,
  key: string,
  spans: Generator<readonly [number, number]>,
): AsyncGenerator<Buffer> {
  const begin = (): Promise<Buffer> | null => {
    const span = spans.next()
    if (span.done === true) return null
    const reading = readBlob(deps, key, ...span.value)
    // A failure is seen when the span is wanted; a reader that left does not want it.
    reading.catch(() => undefined)
    return reading
  }
  for (let reading = begin(); reading !== null; ) {
    const bytes = await reading
    reading = begin()
    yield bytes
  }
}

async function readBlob(
  deps: Pick<XetDeps, 'blobs'>,
  key: string,
  start: number,
  endExclusive: number,
): Promise<Buffer> {
  const blob = await deps.blobs.get(key, { start, endExclusive })
  if (!blob) throw refuse('Unavailable', 'The stored bytes of this file cannot be read now.')
  const parts: Buffer[] = []
  for await (const part of blob.body) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
