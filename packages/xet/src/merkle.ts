import { HASH_BYTES, hashToText } from './hash-text.js'
import type { KeyedHashes } from './keyed-hashes.js'

/** A hash and the raw bytes below it. */
export interface Sized {
  readonly hash: Uint8Array
  readonly sizeBytes: number
}

const MIN_MEMBERS = 3
const MAX_MEMBERS = 9

/** Whether a group ends after this member: the low two bits of the last 64-bit word are zero. */
const closesGroup = (hash: Uint8Array): boolean => ((hash[24] ?? 0) & 3) === 0

/** The Merkle root over a list (draft-denis-xet §4): nothing → zeros, one → itself, else groups of 3 to 9, level by level. */
export function aggregate(members: readonly Sized[], hashes: Pick<KeyedHashes, 'node'>): Uint8Array {
  if (members.length === 0) return new Uint8Array(HASH_BYTES)
  let level = members
  while (level.length > 1) level = foldLevel(level, hashes)
  return level[0]?.hash ?? new Uint8Array(HASH_BYTES)
}

function foldLevel(members: readonly Sized[], hashes: Pick<KeyedHashes, 'node'>): Sized[] {
  const next: Sized[] = []
  let start = 0
  members.forEach((member, index) => {
    const count = index - start + 1
    const isLast = index === members.length - 1
    if (!isLast && count < MAX_MEMBERS && (count < MIN_MEMBERS || !closesGroup(member.hash))) return
    next.push(foldGroup(members.slice(start, index + 1), hashes))
    start = index + 1
  })
  return next
}

function foldGroup(group: readonly Sized[], hashes: Pick<KeyedHashes, 'node'>): Sized {
  let text = ''
  let sizeBytes = 0
  for (const member of group) {
    text += `${hashToText(member.hash)} : ${member.sizeBytes}\n`
    sizeBytes += member.sizeBytes
  }
  return { hash: hashes.node(Buffer.from(text, 'latin1')), sizeBytes }
}

/** Name of a xorb: the root over its chunks. */
export function xorbHash(chunks: readonly Sized[], hashes: KeyedHashes): Uint8Array {
  return aggregate(chunks, hashes)
}

/** Name of a file: zeros when empty, else the file key over the root of all its chunks. */
export function fileHash(chunks: readonly Sized[], hashes: KeyedHashes): Uint8Array {
  return chunks.length === 0 ? new Uint8Array(HASH_BYTES) : hashes.file(aggregate(chunks, hashes))
}

/** Proof of a term: the verification key over its chunk hashes. */
export function rangeHash(chunkHashes: readonly Uint8Array[], hashes: KeyedHashes): Uint8Array {
  return hashes.range(Buffer.concat(chunkHashes))
}

const ELIGIBLE_MODULUS_MASK = 1023

/** Whether a chunk may be asked for across files: the first of a file, or one in 1024 by its hash. */
export function isGloballyIndexed(hash: Uint8Array, isFirstOfFile: boolean): boolean {
  const low = (hash[24] ?? 0) | ((hash[25] ?? 0) << 8)
  return isFirstOfFile || (low & ELIGIBLE_MODULUS_MASK) === 0
}
