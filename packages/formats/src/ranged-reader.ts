import { malformed } from './format-error.js'

/** Reads bytes `start` (inclusive) to `end` (exclusive). May return fewer bytes only at the end of the file. */
export type RangedReader = (start: number, end: number) => Promise<Uint8Array>

/** A file as the readers of this package see it: its length and a way to read parts of it. */
export interface FileSource {
  readonly sizeBytes: number
  readonly read: RangedReader
}

/** A `FileSource` over bytes in memory. */
export function sourceOf(bytes: Uint8Array): FileSource {
  return {
    sizeBytes: bytes.length,
    read: async (start, end) => bytes.subarray(Math.max(0, start), Math.min(bytes.length, end)),
  }
}

/** Reads exactly `end - start` bytes. Errors: `FormatError` when the range lies outside of the file or comes back short. */
export async function readExactly(source: FileSource, start: number, end: number): Promise<Uint8Array> {
  if (start < 0 || end < start || end > source.sizeBytes) {
    throw malformed(`bytes ${start} to ${end} lie outside of the file of ${source.sizeBytes} bytes`)
  }
  const bytes = await source.read(start, end)
  if (bytes.length !== end - start) throw malformed(`the file ended ${end - start - bytes.length} bytes early`)
  return bytes
}
