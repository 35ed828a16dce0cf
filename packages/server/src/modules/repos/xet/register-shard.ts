import { createHash } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import {
  fileHash,
  type FileTerm,
  hashToText,
  isGloballyIndexed,
  type KeyedHashes,
  parseShard,
  rangeHash,
  type Shard,
  type ShardFile,
  type Sized,
  XetFormatError,
} from '@stoa/xet'
import { insertBucketUpload } from '../queries/bucket-files.js'
import { insertLfsObject, type NewLfsObject } from '../queries/lfs.js'
import { findGrantAccount, findXetFile, insertChunks, insertXetFile, type XetFile } from '../queries/xet.js'
import { type LoadedXorbs, loadXorbs, rebuild } from './read-file.js'
import { xetBlobKey } from './xet-blob.js'
import type { XetDeps } from './xet-deps.js'
import type { XetGrant } from './xet-keys.js'

/** A shard may repeat terms to describe far more than was sent; this bounds the work it can ask for. */
const MAX_FILE_BYTES = 500e9
const MAX_FILES = 20_000
const FOREIGN_KEY_VIOLATION = '23503'

/**
 * Registers the files of a shard for the token's repository or bucket: every term, proof and name is checked against stored chunks,
 * and the SHA-256 by rebuilding the file, before anything counts. Returns whether something was new. Throws `XetInvalid`.
 */
export async function registerShard(deps: XetDeps, grant: XetGrant, bytes: Buffer): Promise<boolean> {
  const shard = parse(bytes)
  const accountId = await findGrantAccount(deps.db, grant)
  if (accountId === null) throw refuse('InvalidCredentials')
  const files: XetFile[] = []
  const chunks = new Map<string, string>()
  for (const file of shard.files) files.push(await verifyFile(deps, file, chunks))
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
      return files.length > 0
    })
  } catch (error) {
    if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error
    throw refuse('XetInvalid', 'A xorb of the shard, or the repository, was removed meanwhile.')
  }
}

function largeFileOf(grant: XetGrant, file: XetFile, at: Date): NewLfsObject {
  const { sha256, sizeBytes, hash } = file
  return { oid: sha256, sizeBytes, blobKey: xetBlobKey(hash), repoId: grant.repoId, pushedBy: grant.userId, at }
}

function parse(bytes: Buffer): Shard {
  try {
    const shard = parseShard(bytes)
    if (shard.files.length > MAX_FILES) throw refuse('XetInvalid', `A shard may name ${MAX_FILES} files at most.`)
    return shard
  } catch (error) {
    if (error instanceof XetFormatError) throw refuse('XetInvalid', `The shard was refused: ${error.message}.`)
    throw error
  }
}

async function verifyFile(deps: XetDeps, file: ShardFile, chunks: Map<string, string>): Promise<XetFile> {
  const hashes = await deps.hashes()
  const hash = hashToText(file.hash)
  const terms = file.terms.map((term) => ({
    xorb: hashToText(term.xorb),
    chunkStart: term.chunkStart,
    chunkEnd: term.chunkEnd,
  }))
  const loaded = await loadXorbs(deps, terms)
  const members = file.terms.flatMap((term, at) =>
    checkTerm(hashes, file, loaded, terms[at] as FileTerm, term.rawBytes, at),
  )
  const sizeBytes = members.reduce((sum, member) => sum + member.sizeBytes, 0)
  if (sizeBytes > MAX_FILE_BYTES) throw refuse('XetInvalid', 'A file of this shard is larger than this server takes.')
  if (hashToText(fileHash(members, hashes)) !== hash)
    throw refuse('XetInvalid', 'A file does not have the hash it was sent under.')
  collectIndexed(members, terms, chunks)
  const known = await findXetFile(deps.db, hash)
  const sha256 = known?.sha256 ?? (await sha256Of(deps, terms, loaded, sizeBytes))
  if (file.sha256 !== null && file.sha256 !== sha256)
    throw refuse('XetInvalid', 'A file does not have the SHA-256 it was sent with.')
  return { hash, sha256, sizeBytes: BigInt(sizeBytes), terms }
}

/** The chunks of one term, after its bounds, length and proof were checked. */
function checkTerm(
  hashes: KeyedHashes,
  file: ShardFile,
  loaded: LoadedXorbs,
  term: FileTerm,
  rawBytes: number,
  at: number,
): Sized[] {
  const index = loaded.indexes.get(term.xorb)
  if (!index) throw refuse('XetInvalid', 'The shard names a xorb that is not stored.')
  if (term.chunkStart >= term.chunkEnd || term.chunkEnd > index.count)
    throw refuse('XetInvalid', 'The shard names chunks outside of a xorb.')
  const members: Sized[] = []
  for (let chunk = term.chunkStart; chunk < term.chunkEnd; chunk += 1) {
    const start = chunk === 0 ? 0 : (index.rawEnds[chunk - 1] ?? 0)
    members.push({ hash: index.hashAt(chunk), sizeBytes: (index.rawEnds[chunk] ?? 0) - start })
  }
  const proof = file.rangeHashes[at]
  const expected = rangeHash(
    members.map((member) => member.hash),
    hashes,
  )
  if (!proof || !Buffer.from(proof).equals(Buffer.from(expected)))
    throw refuse('XetInvalid', 'The shard does not prove that you hold its chunks.')
  const sum = members.reduce((total, member) => total + member.sizeBytes, 0)
  if (sum !== rawBytes) throw refuse('XetInvalid', 'A term of the shard has another length than its chunks.')
  return members
}

function collectIndexed(members: readonly Sized[], terms: readonly FileTerm[], chunks: Map<string, string>): void {
  let member = 0
  for (const term of terms) {
    for (let chunk = term.chunkStart; chunk < term.chunkEnd; chunk += 1, member += 1) {
      const hash = members[member]?.hash
      if (hash && isGloballyIndexed(hash, member === 0)) chunks.set(hashToText(hash), term.xorb)
    }
  }
}

async function sha256Of(
  deps: XetDeps,
  terms: readonly FileTerm[],
  loaded: LoadedXorbs,
  sizeBytes: number,
): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of rebuild(deps, terms, loaded, { start: 0, endExclusive: sizeBytes })) hash.update(part)
  return hash.digest('hex')
}
