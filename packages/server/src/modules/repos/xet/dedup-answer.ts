import { keyedHash, textToHash, writeDedupAnswer } from '@stoa/xet'
import { findChunk, findGrantAccount, findXorbs } from '../queries/xet.js'
import { readChunkIndex } from './chunk-index.js'
import type { XetDeps } from './xet-deps.js'
import type { XetGrant } from './xet-keys.js'

const EXPIRY_S = 7 * 24 * 3600

/**
 * The xorb that holds a chunk, as a shard with keyed hashes; null when the repository's owner has no such chunk, or the
 * asker may not know.
 */
export async function answerDedup(deps: XetDeps, grant: XetGrant, chunk: string): Promise<Buffer | null> {
  const accountId = grant.mayProbe ? await findGrantAccount(deps.db, grant) : null
  const name = accountId === null ? null : await findChunk(deps.db, accountId, chunk)
  const xorb = name === null ? undefined : (await findXorbs(deps.db, [name])).get(name)
  if (!xorb) return null
  const index = readChunkIndex(xorb.chunkIndex)
  const keyed = await keyedHash(deps.keys.dedupKey)
  const chunks = Array.from({ length: index.count }, (_, at) => {
    const rawStart = at === 0 ? 0 : (index.rawEnds[at - 1] ?? 0)
    const rawBytes = (index.rawEnds[at] ?? 0) - rawStart
    return { hash: keyed(index.hashAt(at)), rawStart, rawBytes, isIndexed: false }
  })
  const createdAtS = Math.floor(deps.clock.now().getTime() / 1000)
  const hash = textToHash(xorb.hash) ?? Buffer.alloc(0)
  const one = { hash, chunks, rawBytes: Number(xorb.rawBytes), serialisedBytes: 0 }
  return writeDedupAnswer({ xorbs: [one], key: deps.keys.dedupKey, createdAtS, expiresAtS: createdAtS + EXPIRY_S })
}
