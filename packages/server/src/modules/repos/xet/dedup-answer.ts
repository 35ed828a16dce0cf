import { keyedHash, type ShardXorb, textToHash, writeDedupAnswer } from '@stoa/xet'
import { findChunk, findGrantAccount, findXorbs, listNeighbourXorbs, type StoredXorb } from '../queries/xet.js'
import { readChunkIndex } from './chunk-index.js'
import type { XetDeps } from './xet-deps.js'
import type { XetGrant } from './xet-keys.js'

const EXPIRY_S = 7 * 24 * 3600
/** Chunks of one answer, 48 bytes each: about 4 MiB, and 5 GB of a file. */
const MAX_CHUNKS = 80_000
const MAX_XORBS = 80

/**
 * The xorb that holds a chunk, and the others of the files it occurs in, as a shard with keyed hashes: clients ask only
 * now and then. Null when the repository's owner has no such chunk, or the asker may not know.
 */
export async function answerDedup(deps: XetDeps, grant: XetGrant, chunk: string): Promise<Buffer | null> {
  const accountId = grant.mayProbe ? await findGrantAccount(deps.db, grant) : null
  const name = accountId === null ? null : await findChunk(deps.db, accountId, chunk)
  if (accountId === null || name === null) return null
  const names = await listNeighbourXorbs(deps.db, accountId, name, MAX_XORBS)
  const keyed = await keyedHash(deps.keys.dedupKey)
  const xorbs: ShardXorb[] = []
  let chunks = 0
  // One index (400 KB at most) is in memory at a time.
  for (const one of names) {
    const xorb = (await findXorbs(deps.db, [one])).get(one)
    if (!xorb && one === name) return null
    if (!xorb) continue
    const described = describeXorb(xorb, keyed)
    chunks += described.chunks.length
    if (chunks > MAX_CHUNKS && xorbs.length > 0) break
    xorbs.push(described)
  }
  const createdAtS = Math.floor(deps.clock.now().getTime() / 1000)
  return writeDedupAnswer({ xorbs, key: deps.keys.dedupKey, createdAtS, expiresAtS: createdAtS + EXPIRY_S })
}

function describeXorb(xorb: StoredXorb, keyed: (hash: Uint8Array) => Uint8Array): ShardXorb {
  const index = readChunkIndex(xorb.chunkIndex)
  const chunks = Array.from({ length: index.count }, (_, at) => {
    const rawStart = at === 0 ? 0 : (index.rawEnds[at - 1] ?? 0)
    const rawBytes = (index.rawEnds[at] ?? 0) - rawStart
    return { hash: keyed(index.hashAt(at)), rawStart, rawBytes, isIndexed: false }
  })
  const hash = textToHash(xorb.hash) ?? Buffer.alloc(0)
  return { hash, chunks, rawBytes: Number(xorb.rawBytes), serialisedBytes: 0 }
}
