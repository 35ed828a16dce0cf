import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import type { LargeFile } from './hub-client.js'

const PIECE_BYTES = 4_000_000

/** Writes a new file of random bytes, of which no two pieces are alike. */
export async function writeLarge(path: string, sizeBytes: number): Promise<LargeFile> {
  const out = createWriteStream(path)
  const hash = createHash('sha256')
  const piece = randomBytes(PIECE_BYTES)
  for (let written = 0; written < sizeBytes; written += PIECE_BYTES) {
    piece.writeUInt32LE(written / PIECE_BYTES, 0)
    const part = Buffer.from(piece.subarray(0, Math.min(PIECE_BYTES, sizeBytes - written)))
    hash.update(part)
    if (!out.write(part)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return { path, oid: hash.digest('hex') }
}
