import { createHash } from 'node:crypto'
import type { RepoDeps } from '../deps.js'
import { planMeasure } from '../measure/measure-storage.js'
import { condemnBlobs } from '../queries/collect.js'
import { countAttempt, listHolders, listWholeFiles, replaceBlobKey, type WholeFile } from '../queries/whole-files.js'
import { findXetFile, findXetHashes, insertChunks, insertXetFile, type XetFile } from '../queries/xet.js'
import { chunkFile } from './chunk-file.js'
import { rebuild } from './read-file.js'
import { xetBlobKey } from './xet-blob.js'
import type { XetDeps } from './xet-deps.js'

/** What was just sent is often fetched at once, and whole files are read faster. */
const REST_MS = 15 * 60_000
/** A file that failed so often stays whole. */
export const MAX_ATTEMPTS = 4
const AT_ONCE = 20
const MEASURED_HOLDERS = 100

type MoveDeps = RepoDeps & XetDeps

/** Turns large files that came whole into chunks, the oldest first, until none is left. Returns how many were moved. */
export async function moveAllToChunks(deps: MoveDeps, signal: AbortSignal): Promise<number> {
  const before = new Date(deps.clock.now().getTime() - REST_MS)
  let moved = 0
  for (;;) {
    const files = await listWholeFiles(deps.db, before, { maxAttempts: MAX_ATTEMPTS, limit: AT_ONCE })
    if (files.length === 0) return moved
    for (const file of files) {
      signal.throwIfAborted()
      try {
        if (await moveToChunks(deps, file, signal)) moved += 1
      } catch (error) {
        if (signal.aborted) throw error
        deps.log.error('a large file could not be turned into chunks', error, { oid: file.oid })
        await deps.write((tx) => countAttempt(tx, file.oid))
      }
    }
  }
}

/**
 * Makes chunks of one large file and lets it be read from them, after they were read back and hashed. The whole copy is
 * condemned, so that readers under way come to their end. False when the file was moved or went meanwhile.
 */
async function moveToChunks(deps: MoveDeps, whole: WholeFile, signal: AbortSignal): Promise<boolean> {
  const { file, indexed } = (await findKnown(deps, whole)) ?? (await makeChunks(deps, whole, signal))
  await verify(deps, file, whole)
  const holders = await listHolders(deps.db, whole.oid, MEASURED_HOLDERS)
  const at = deps.clock.now()
  return await deps.write(async (tx) => {
    if (!(await replaceBlobKey(tx, whole.oid, whole.blobKey, xetBlobKey(file.hash)))) return false
    await insertXetFile(tx, file, at)
    await insertChunks(tx, whole.accountId, indexed, at)
    await condemnBlobs(tx, [{ blobKey: whole.blobKey, sizeBytes: whole.sizeBytes }], at)
    for (const id of holders) await planMeasure(deps, tx, { kind: 'repo', id })
    return true
  })
}

interface Made {
  readonly file: XetFile
  readonly indexed: readonly { readonly hash: string; readonly xorb: string }[]
}

/** The same bytes may have come through Xet already. */
async function findKnown(deps: MoveDeps, { oid }: WholeFile): Promise<Made | null> {
  const hash = (await findXetHashes(deps.db, [oid])).get(oid)
  const file = hash === undefined ? null : await findXetFile(deps.db, hash)
  return file && { file, indexed: [] }
}

async function makeChunks(deps: MoveDeps, whole: WholeFile, signal: AbortSignal): Promise<Made> {
  const blob = await deps.blobs.get(whole.blobKey)
  if (!blob) throw new Error(`the blob ${whole.blobKey} is missing`)
  const { hash, terms, indexed } = await chunkFile(deps, whole.accountId, blob.body, signal)
  return { file: { hash, sha256: whole.oid, sizeBytes: whole.sizeBytes, terms }, indexed }
}

async function verify(deps: MoveDeps, file: XetFile, whole: WholeFile): Promise<void> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const part of rebuild(deps, file.terms, { start: 0, endExclusive: Number(whole.sizeBytes) })) {
    hash.update(part)
    sizeBytes += part.length
  }
  if (BigInt(sizeBytes) !== whole.sizeBytes || hash.digest('hex') !== whole.oid)
    throw new Error('the chunks do not give the file back')
}
