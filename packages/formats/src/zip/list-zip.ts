import { inflateRawSync } from 'node:zlib'
import { FormatError, malformed, tooLarge } from '../format-error.js'
import { type FileSource, readExactly } from '../ranged-reader.js'

/** Entries of one archive. */
export const MAX_ZIP_ENTRIES = 100_000
/** Bytes of the central directory. */
export const MAX_ZIP_DIRECTORY_BYTES = 32 * 1024 * 1024
/** Bytes one entry may unpack to when it is read. */
export const MAX_ZIP_ENTRY_BYTES = 64 * 1024 * 1024
/** Unpacked to packed size beyond which an entry is a bomb. */
export const MAX_ZIP_RATIO = 200

const END_BYTES = 22
const MAX_COMMENT_BYTES = 65_535
const STORED = 0
const DEFLATED = 8

/** One file of an archive, as its central directory describes it. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly headerOffset: number
  readonly isEncrypted: boolean
}

/** Lists a zip archive from its central directory (zip64 understood). Errors: `FormatError`. */
export async function listZip(source: FileSource): Promise<ZipEntry[]> {
  const directory = await findDirectory(source)
  if (directory.count > MAX_ZIP_ENTRIES) throw tooLarge(`the archive holds more than ${MAX_ZIP_ENTRIES} entries`)
  if (directory.sizeBytes > MAX_ZIP_DIRECTORY_BYTES) throw tooLarge('the directory of the archive is too long')
  const bytes = await readExactly(source, directory.offset, directory.offset + directory.sizeBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: ZipEntry[] = []
  for (let at = 0; entries.length < directory.count; ) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      throw malformed('the directory of the archive is damaged')
    const nameBytes = view.getUint16(at + 28, true)
    const extraBytes = view.getUint16(at + 30, true)
    const end = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true)
    if (end > bytes.length) throw malformed('the directory of the archive is damaged')
    const extra = bytes.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes)
    entries.push(readEntry(view, at, { name: bytes.subarray(at + 46, at + 46 + nameBytes), extra }))
    at = end
  }
  return entries
}

function readEntry(view: DataView, at: number, parts: { name: Uint8Array; extra: Uint8Array }): ZipEntry {
  const wide = readWideFields(parts.extra, [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ])
  return {
    name: new TextDecoder('utf-8', { fatal: false }).decode(parts.name),
    isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    method: view.getUint16(at + 10, true),
    sizeBytes: wide[0],
    packedBytes: wide[1],
    headerOffset: wide[2],
  }
}

/** Replaces 32-bit fields of all ones by their 64-bit values of the zip64 extra field, in order. */
function readWideFields(extra: Uint8Array, fields: [number, number, number]): [number, number, number] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength)
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let from = at + 4
    for (const [nth, field] of fields.entries()) {
      if (field !== 0xffffffff) continue
      if (from + 8 > extra.length) throw malformed('a zip64 field is cut off')
      fields[nth] = toCount(view.getBigUint64(from, true))
      from += 8
    }
    break
  }
  return fields
}

function toCount(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('a size in the archive is absurd')
  return Number(value)
}

async function findDirectory(source: FileSource): Promise<{ count: number; sizeBytes: number; offset: number }> {
  const tailStart = Math.max(0, source.sizeBytes - END_BYTES - MAX_COMMENT_BYTES)
  const tail = await readExactly(source, tailStart, source.sizeBytes)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    const found = {
      count: view.getUint16(at + 10, true),
      sizeBytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    }
    if (found.count !== 0xffff && found.sizeBytes !== 0xffffffff && found.offset !== 0xffffffff) return found
    return findWideDirectory(source, tailStart + at)
  }
  throw malformed('the archive has no directory')
}

async function findWideDirectory(
  source: FileSource,
  endOffset: number,
): Promise<{ count: number; sizeBytes: number; offset: number }> {
  const locator = await readExactly(source, endOffset - 20, endOffset)
  const locatorView = new DataView(locator.buffer, locator.byteOffset, 20)
  if (locatorView.getUint32(0, true) !== 0x07064b50) throw malformed('the zip64 locator is missing')
  const offset = toCount(locatorView.getBigUint64(8, true))
  const record = await readExactly(source, offset, offset + 56)
  const view = new DataView(record.buffer, record.byteOffset, 56)
  if (view.getUint32(0, true) !== 0x06064b50) throw malformed('the zip64 directory is missing')
  return {
    count: toCount(view.getBigUint64(32, true)),
    sizeBytes: toCount(view.getBigUint64(40, true)),
    offset: toCount(view.getBigUint64(48, true)),
  }
}

/**
 * A source over the bytes of one entry. Stored entries are read in place; deflated ones are unpacked, within the caps.
 * Errors: `FormatError` when the local header names another file or method (readers disagree about such archives), is encrypted, or bombs.
 */
export async function openZipEntry(source: FileSource, entry: ZipEntry): Promise<FileSource> {
  if (entry.isEncrypted) throw new FormatError('unsupported', 'the entry is encrypted')
  const header = await readExactly(source, entry.headerOffset, entry.headerOffset + 30)
  const view = new DataView(header.buffer, header.byteOffset, 30)
  if (view.getUint32(0, true) !== 0x04034b50) throw malformed('an entry does not begin where the directory says')
  const nameEnd = entry.headerOffset + 30 + view.getUint16(26, true)
  const name = new TextDecoder().decode(await readExactly(source, entry.headerOffset + 30, nameEnd))
  if (name !== entry.name || view.getUint16(8, true) !== entry.method) throw malformed('directory and entry disagree')
  const start = nameEnd + view.getUint16(28, true)
  if (start + entry.packedBytes > source.sizeBytes) throw malformed('an entry reaches past the end of the archive')
  if (entry.method === STORED) {
    return {
      sizeBytes: entry.packedBytes,
      read: (from, to) => source.read(start + from, Math.min(start + to, start + entry.packedBytes)),
    }
  }
  if (entry.method !== DEFLATED) throw new FormatError('unsupported', `packing method ${entry.method} is not read here`)
  return inflate(source, entry, start)
}

async function inflate(source: FileSource, entry: ZipEntry, start: number): Promise<FileSource> {
  if (entry.packedBytes > MAX_ZIP_ENTRY_BYTES || entry.sizeBytes > MAX_ZIP_ENTRY_BYTES)
    throw tooLarge('an entry is too large to unpack')
  const packed = await readExactly(source, start, start + entry.packedBytes)
  const limit = Math.min(MAX_ZIP_ENTRY_BYTES, Math.max(4_096, packed.length * MAX_ZIP_RATIO))
  let bytes: Uint8Array
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: limit })
  } catch (error) {
    const isBomb = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    throw isBomb ? tooLarge('an entry unpacks to far more than its size') : malformed('an entry could not be unpacked')
  }
  return { sizeBytes: bytes.length, read: async (from, to) => bytes.subarray(from, to) }
}
