import { setImmediate as nextTurn } from 'node:timers/promises'
import { refuse } from '@stoa/contracts'
import {
  fileHashOf,
  type FileTerm,
  HASH_BYTES,
  hashToText,
  isGloballyIndexed,
  type KeyedHashes,
  parseShardFiles,
  rangeHash,
  RootBuilder,
  type ShardFile,
  type Term,
  XetFormatError,
} from '@stoa/xet'
import { insertBucketUpload } from '../queries/bucket-files.js'
import { insertLfsObject, type NewLfsObject } from '../queries/lfs.js'
import { findGrantAccount, findXetFile, insertChunks, insertXetFile, type XetFile } from '../queries/xet.js'
import { hashFile } from './hash-file.js'
import { xetBlobKey } from './xet-blob.js'
import type { XetDeps } from './xet-deps.js'
import type { XetGrant } from './xet-keys.js'
import { type ShelvedXorb, termWindows } from './xorb-shelf.js'

/** A shard may repeat terms to describe far more than was sent; this bounds the work it can ask for. */
const MAX_FILE_BYTES = 500e9
const MAX_FILES = 20_000
const FOREIGN_KEY_VIOLATION = '23503'
/** Terms of all files of a shard; clients cut a terabyte into a tenth of that. */
const MAX_TERMS = 250_000
/** Chunks that the terms of a shard name, counted as often as they are named. */
const MAX_NAMED_CHUNKS = 8_000_000

/**
 * Registers the files of a shard for the token's repository or bucket: every term, proof and name is checked against stored chunks,
 * and the SHA-256 by rebuilding the file, before anything counts. Returns whether something was new. Throws `XetInvalid`, `QuotaExceeded`.
 */
export async function registerShard(deps: XetDeps, grant: XetGrant, bytes: Buffer): Promise<boolean> {
  const shardFiles = parse(bytes)
  const accountId = await findGrantAccount(deps.db, grant)
  if (accountId === null) throw refuse('InvalidCredentials')
  const files: XetFile[] = []
  const chunks = new Map<string, string>()
  for (const file of shardFiles) files.push(await verifyFile(deps, file, chunks))
  const at = deps.clock.now()
  try {
    return await deps.write(async (tx) => {
      for (const file of files) {
        await insertXetFile(tx, file, at)
        if (grant.home === 'bucket') await insertBucketUpload(tx, grant.repoId, file.hash, at)
        else await insertLfsObject(tx, largeFileOf(grant, file, at))
      }
      const indexed = [...chunks].map(([hash, xorb]) => ({ hash, xorb }))
      await insertChunks(tx, accountId, indexed, at)
      await deps.quotas.demandKept(tx, grant)
      return files.length > 0
    })
  } catch (error) {
    if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error
    throw refuse('XetInvalid', 'A xorb of the shard, or the repository, was removed meanwhile.')
  }
}

function largeFileOf(grant: XetGrant, file: XetFile, at: Date): NewLfsObject {
  const { sha256, sizeBytes, hash } = file
  return {
    oid: sha256,
    sizeBytes,
    blobKey: xetBlobKey(hash),
    repoId: grant.repoId,
    pushedBy: grant.holder?.userId ?? null,
    at,
  }
}

function parse(bytes: Buffer): ShardFile[] {
  try {
    const files = parseShardFiles(bytes, { maxFiles: MAX_FILES, maxTerms: MAX_TERMS })
    checkCounts(files)
    return files
  } catch (error) {
    if (error instanceof XetFormatError) throw refuse('XetInvalid', `The shard was refused: ${error.message}.`)
    throw error
  }
}

/** Bounds what the shard asks for before anything is looked up. */
function checkCounts(files: readonly ShardFile[]): void {
  let chunks = 0
  for (const file of files) {
    let sizeBytes = 0
    for (const { chunkStart, chunkEnd, rawBytes } of file.terms) {
      if (chunkStart >= chunkEnd) throw refuse('XetInvalid', 'The shard names chunks outside of a xorb.')
      chunks += chunkEnd - chunkStart
      sizeBytes += rawBytes
    }
    if (sizeBytes > MAX_FILE_BYTES) throw refuse('XetInvalid', 'A file of this shard is larger than this server takes.')
  }
  if (chunks > MAX_NAMED_CHUNKS) throw refuse('XetInvalid', `A shard may name ${MAX_NAMED_CHUNKS} chunks at most.`)
}

async function verifyFile(deps: XetDeps, file: ShardFile, chunks: Map<string, string>): Promise<XetFile> {
  const hashes = await deps.hashes()
  const hash = hashToText(file.hash)
  const terms = file.terms.map((term) => ({
    xorb: hashToText(term.xorb),
    chunkStart: term.chunkStart,
    chunkEnd: term.chunkEnd,
    rawBytes: term.rawBytes,
  }))
  await checkTerms(deps, hashes, { file, terms, chunks })
  const sizeBytes = terms.reduce((sum, term) => sum + term.rawBytes, 0)
  const known = await findXetFile(deps.db, hash)
  const sha256 = known?.sha256 ?? (await hashFile(deps, terms, sizeBytes))
  if (file.sha256 !== null && file.sha256 !== sha256)
    throw refuse('XetInvalid', 'A file does not have the SHA-256 it was sent with.')
  return { hash, sha256, sizeBytes: BigInt(sizeBytes), terms }
}

interface Checking {
  readonly file: ShardFile
  readonly terms: readonly FileTerm[]
  /** Where chunks that others may ask for are gathered. */
  readonly chunks: Map<string, string>
}

/** Checks every term against the stored xorbs and the file's name against all chunks; other requests run in between. */
async function checkTerms(deps: XetDeps, hashes: KeyedHashes, { file, terms, chunks }: Checking): Promise<void> {
  const root = new RootBuilder(hashes)
  for await (const { terms: some, first, xorbs } of termWindows(deps.db, terms)) {
    for (const [nth, term] of some.entries()) {
      const at = first + nth
      const names = checkTerm(hashes, xorbs.get(term.xorb), file.terms[at] as Term, file.rangeHashes[at])
      names.forEach((name, chunk) => {
        root.push(name)
        if (isGloballyIndexed(name.hash, at === 0 && chunk === 0)) chunks.set(hashToText(name.hash), term.xorb)
      })
      await nextTurn()
    }
  }
  const name = terms.length === 0 ? new Uint8Array(HASH_BYTES) : fileHashOf(root, hashes)
  if (hashToText(name) !== hashToText(file.hash))
    throw refuse('XetInvalid', 'A file does not have the hash it was sent under.')
}

/** The chunks of one term, after its bounds, length and proof were checked. */
function checkTerm(
  hashes: KeyedHashes,
  xorb: ShelvedXorb | undefined,
  term: Term,
  proof: Uint8Array | undefined,
): { hash: Buffer; sizeBytes: number }[] {
  if (!xorb) throw refuse('XetInvalid', 'The shard names a xorb that is not stored.')
  const { index } = xorb
  if (term.chunkEnd > index.count) throw refuse('XetInvalid', 'The shard names chunks outside of a xorb.')
  const rawEnd = (chunk: number): number => (chunk < 0 ? 0 : (index.rawEnds[chunk] ?? 0))
  const members = Array.from({ length: term.chunkEnd - term.chunkStart }, (_, nth) => {
    const chunk = term.chunkStart + nth
    return { hash: index.hashAt(chunk), sizeBytes: rawEnd(chunk) - rawEnd(chunk - 1) }
  })
  const expected = rangeHash(
    members.map((member) => member.hash),
    hashes,
  )
  if (!proof || !Buffer.from(proof).equals(Buffer.from(expected)))
    throw refuse('XetInvalid', 'The shard does not prove that you hold its chunks.')
  if (rawEnd(term.chunkEnd - 1) - rawEnd(term.chunkStart - 1) !== term.rawBytes)
    throw refuse('XetInvalid', 'A term of the shard has another length than its chunks.')
  return members
}
