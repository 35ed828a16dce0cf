import { crc32, deflateRawSync } from 'node:zlib'

/** One file of an archive; its bytes come in pieces. */
export interface ZipSource {
  readonly name: string
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const STORED_AT_ONCE = 1024 * 1024
const VERSION_ZIP64 = 45
/** Sizes follow the data; the name is UTF-8. */
const FLAGS = 0x0808
const DEFLATE = 8
const ALL_ONES = 0xffffffff
/** 1 January 1980: an archive says nothing about the clock of whoever made it. */
const DATE = 0x21

interface Written {
  readonly name: Buffer
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly offset: number
}

/** Writes a ZIP archive as a stream, with 64-bit sizes, in constant memory per piece. */
export async function* writeZip(entries: AsyncIterable<ZipSource> | Iterable<ZipSource>): AsyncGenerator<Buffer> {
  const written: Written[] = []
  let offset = 0
  for await (const entry of entries) {
    const name = Buffer.from(entry.name)
    const start = offset
    const head = localHeader(name)
    yield head
    offset += head.length
    let [crc, packedBytes, sizeBytes] = [0, 0, 0]
    for await (const piece of gather(entry.pieces)) {
      crc = crc32(piece, crc)
      sizeBytes += piece.length
      const packed = deflatePart(piece)
      packedBytes += packed.length
      yield packed
    }
    // The last, empty block says that the data ends.
    const end = Buffer.of(0x03, 0x00)
    const one = { name, crc, packedBytes: packedBytes + end.length, sizeBytes, offset: start }
    const tail = Buffer.concat([end, descriptor(one)])
    yield tail
    offset += packedBytes + tail.length
    written.push(one)
  }
  yield centralDirectory(written, offset)
}

/** Pieces of at least a megabyte, so that each compresses well by itself. */
async function* gather(pieces: ZipSource['pieces']): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const piece of pieces) {
    waiting.push(piece)
    bytes += piece.length
    if (bytes < STORED_AT_ONCE) continue
    yield Buffer.concat(waiting)
    waiting = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(waiting)
}

/** Deflate blocks that end on a byte and leave the stream open, so that parts can follow one another. */
function deflatePart(piece: Buffer): Buffer {
  return deflateRawSync(piece, { finishFlush: 2 })
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(VERSION_ZIP64, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DEFLATE, 8)
  header.writeUInt16LE(DATE, 12)
  header.writeUInt32LE(ALL_ONES, 18)
  header.writeUInt32LE(ALL_ONES, 22)
  header.writeUInt16LE(name.length, 26)
  const sizes = Buffer.alloc(20)
  sizes.writeUInt16LE(1, 0)
  sizes.writeUInt16LE(16, 2)
  header.writeUInt16LE(sizes.length, 28)
  return Buffer.concat([header, name, sizes])
}

function descriptor({ crc, packedBytes, sizeBytes }: Written): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(crc, 4)
  bytes.writeBigUInt64LE(BigInt(packedBytes), 8)
  bytes.writeBigUInt64LE(BigInt(sizeBytes), 16)
  return bytes
}

function centralDirectory(written: readonly Written[], start: number): Buffer {
  const headers = written.map(centralHeader)
  const sizeBytes = headers.reduce((sum, header) => sum + header.length, 0)
  return Buffer.concat([...headers, endRecords(written.length, sizeBytes, start)])
}

function centralHeader({ name, crc, packedBytes, sizeBytes, offset }: Written): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(VERSION_ZIP64, 4)
  header.writeUInt16LE(VERSION_ZIP64, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DEFLATE, 10)
  header.writeUInt16LE(DATE, 14)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(ALL_ONES, 20)
  header.writeUInt32LE(ALL_ONES, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(28, 30)
  header.writeUInt32LE(ALL_ONES, 42)
  const extra = Buffer.alloc(28)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(24, 2)
  extra.writeBigUInt64LE(BigInt(sizeBytes), 4)
  extra.writeBigUInt64LE(BigInt(packedBytes), 12)
  extra.writeBigUInt64LE(BigInt(offset), 20)
  return Buffer.concat([header, name, extra])
}

function endRecords(count: number, sizeBytes: number, start: number): Buffer {
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(VERSION_ZIP64, 12)
  end64.writeUInt16LE(VERSION_ZIP64, 14)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(sizeBytes), 40)
  end64.writeBigUInt64LE(BigInt(start), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(start + sizeBytes), 8)
  locator.writeUInt32LE(1, 16)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(0xffff, 8)
  end.writeUInt16LE(0xffff, 10)
  end.writeUInt32LE(ALL_ONES, 12)
  end.writeUInt32LE(ALL_ONES, 16)
  return Buffer.concat([end64, locator, end])
}
