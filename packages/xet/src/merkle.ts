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

/**
 * The Merkle root over a list whose members come one by one (draft-denis-xet §4): nothing → zeros, one → itself, else
 * groups of 3 to 9, level by level. Holds at most one open group a level, so a long list costs no memory.
 */
export class RootBuilder {
  readonly #hashes: Pick<KeyedHashes, 'node'>
  /** Per level the members of its open group, and how many it had in all. */
  readonly #levels: { open: Sized[]; count: number }[] = []

  constructor(hashes: Pick<KeyedHashes, 'node'>) {
    this.#hashes = hashes
  }

  push(member: Sized): void {
    this.#pushAt(0, member)
  }

  #pushAt(depth: number, member: Sized): void {
    const level = (this.#levels[depth] ??= { open: [], count: 0 })
    level.open.push(member)
    level.count += 1
    const { length } = level.open
    if (length >= MAX_MEMBERS || (length >= MIN_MEMBERS && closesGroup(member.hash))) this.#closeGroup(depth)
  }

  #closeGroup(depth: number): void {
    const level = this.#levels[depth] as { open: Sized[]; count: number }
    const group = level.open
    level.open = []
    this.#pushAt(depth + 1, foldGroup(group, this.#hashes))
  }

  /** The root of all that was pushed; nothing may be pushed afterwards. */
  root(): Uint8Array {
    for (let depth = 0; depth < this.#levels.length; depth += 1) {
      const level = this.#levels[depth] as { open: Sized[]; count: number }
      if (level.count === 1) return level.open[0]?.hash ?? new Uint8Array(HASH_BYTES)
      if (level.open.length > 0) this.#closeGroup(depth)
    }
    return new Uint8Array(HASH_BYTES)
  }
}

/** The Merkle root over a list. */
export function aggregate(members: readonly Sized[], hashes: Pick<KeyedHashes, 'node'>): Uint8Array {
  const builder = new RootBuilder(hashes)
  for (const member of members) builder.push(member)
  return builder.root()
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

/** Name of a file whose chunks were pushed into a builder; there was at least one. */
export function fileHashOf(builder: RootBuilder, hashes: KeyedHashes): Uint8Array {
  return hashes.file(builder.root())
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
