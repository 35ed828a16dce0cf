import { formatProblem } from './xet-error.js'
import { xxh32 } from './xxh32.js'

const MAGIC = 0x184d2204
const VERSION_BITS = 0x40
const FLAG_BLOCK_CHECKSUM = 0x10
const FLAG_CONTENT_SIZE = 0x08
const FLAG_CONTENT_CHECKSUM = 0x04
const FLAG_RESERVED = 0x02
const FLAG_DICTIONARY = 0x01
const RAW_BLOCK = 0x80000000
const MAX_BLOCK_BYTES: Record<number, number> = { 4: 64 * 1024, 5: 256 * 1024, 6: 1024 * 1024, 7: 4 * 1024 * 1024 }

/**
 * Decodes one LZ4 frame of exactly `rawBytes` bytes. Only what both client decoders read alike is taken (xet.md §13):
 * right header checksum, no reserved flags, checksums, sizes or dictionaries, an end mark that is the end of `body`.
 */
export function decodeLz4Frame(body: Uint8Array, rawBytes: number): Uint8Array {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let at = readHeader(body, view)
  const out = new Uint8Array(rawBytes)
  let written = 0
  for (;;) {
    if (at + 4 > body.length) throw formatProblem('LZ4 frame without an end mark')
    const word = view.getUint32(at, true)
    at += 4
    if (word === 0) break
    const isRaw = word >= RAW_BLOCK
    const size = isRaw ? word - RAW_BLOCK : word
    if (at + size > body.length) throw formatProblem('LZ4 block longer than its frame')
    const block = body.subarray(at, at + size)
    written = isRaw ? copyRaw(block, out, written) : decodeBlock(block, out, written)
    at += size
  }
  if (at !== body.length) throw formatProblem('bytes after the end of the LZ4 frame')
  if (written !== rawBytes) throw formatProblem('LZ4 frame of another length than announced')
  return out
}

function readHeader(body: Uint8Array, view: DataView): number {
  if (body.length < 7 || view.getUint32(0, true) !== MAGIC) throw formatProblem('not an LZ4 frame')
  const flags = body[4] ?? 0
  const refused = FLAG_BLOCK_CHECKSUM | FLAG_CONTENT_SIZE | FLAG_CONTENT_CHECKSUM | FLAG_RESERVED | FLAG_DICTIONARY
  if ((flags & 0xc0) !== VERSION_BITS || (flags & refused) !== 0)
    throw formatProblem('LZ4 frame flags that are not allowed')
  const descriptor = body[5] ?? 0
  if ((descriptor & 0x8f) !== 0 || !MAX_BLOCK_BYTES[descriptor >> 4])
    throw formatProblem('LZ4 block size that is not allowed')
  const checksum = (xxh32(body.subarray(4, 6)) >>> 8) & 0xff
  if (checksum !== body[6]) throw formatProblem('LZ4 header checksum is wrong')
  return 7
}

function copyRaw(block: Uint8Array, out: Uint8Array, written: number): number {
  if (written + block.length > out.length) throw formatProblem('LZ4 frame longer than announced')
  out.set(block, written)
  return written + block.length
}

/** Decodes one block behind what was already written; matches may reach into earlier blocks of the frame. */
function decodeBlock(block: Uint8Array, out: Uint8Array, start: number): number {
  let at = 0
  let written = start
  const readLength = (first: number): number => {
    let length = first
    if (first !== 15) return length
    for (;;) {
      if (at >= block.length) throw formatProblem('LZ4 length runs out of its block')
      const more = block[at++] ?? 0
      length += more
      if (more !== 255) return length
    }
  }
  while (at < block.length) {
    const token = block[at++] ?? 0
    const literals = readLength(token >> 4)
    if (at + literals > block.length || written + literals > out.length)
      throw formatProblem('LZ4 literals out of bounds')
    out.set(block.subarray(at, at + literals), written)
    at += literals
    written += literals
    if (at === block.length) return written
    if (at + 2 > block.length) throw formatProblem('LZ4 offset runs out of its block')
    const offset = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8)
    at += 2
    const length = readLength(token & 15) + 4
    if (offset === 0 || offset > written || written + length > out.length)
      throw formatProblem('LZ4 match out of bounds')
    copyMatch(out, written, offset, length)
    written += length
  }
  throw formatProblem('LZ4 block that does not end with literals')
}

function copyMatch(out: Uint8Array, written: number, offset: number, length: number): void {
  if (offset >= length) {
    out.copyWithin(written, written - offset, written - offset + length)
    return
  }
  for (let index = 0; index < length; index += 1) out[written + index] = out[written + index - offset] ?? 0
}
