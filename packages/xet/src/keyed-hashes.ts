import { createBLAKE3 } from 'hash-wasm'

// prettier-ignore
const DATA_KEY = [
  102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155, 235, 43, 88, 180,
  208, 176, 75, 147, 173, 242, 41,
]
// prettier-ignore
const INTERNAL_NODE_KEY = [
  1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83, 111, 55, 199, 109, 210, 248,
  99, 82, 230, 74, 83, 113, 63,
]
// prettier-ignore
const VERIFICATION_KEY = [
  127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243, 164, 205, 38, 213, 181, 219, 73, 230, 65,
  36, 152, 127, 40, 251, 148, 195,
]
const FILE_KEY = new Array<number>(32).fill(0)

export type Hash = (bytes: Uint8Array) => Uint8Array

/** The four hash functions of the protocol: keyed BLAKE3-256 (draft-denis-xet §4). */
export interface KeyedHashes {
  /** Name of a chunk, of its raw bytes. */
  readonly chunk: Hash
  /** Name of an inner node, of its text. */
  readonly node: Hash
  /** Proof of a term, of its concatenated chunk hashes. */
  readonly range: Hash
  /** Name of a file, of the root over its chunks. */
  readonly file: Hash
}

/** `wasm` never looks for the native hasher. */
export type HashEngine = 'best' | 'wasm'

/** Loads the hashers once: native where its optional package is installed, else WASM. Synchronous, not re-entrant. */
export async function loadKeyedHashes(engine: HashEngine = 'best'): Promise<KeyedHashes> {
  const [chunk, node, range, file] = await Promise.all(
    [DATA_KEY, INTERNAL_NODE_KEY, VERIFICATION_KEY, FILE_KEY].map((key) => keyedHash(key, engine)),
  )
  if (!chunk || !node || !range || !file) throw new Error('the hash functions could not be loaded')
  return { chunk, node, range, file }
}

/** Keyed BLAKE3-256 with 32 bytes of key; also used for the keyed chunk hashes of dedup answers. */
export async function keyedHash(key: ArrayLike<number>, engine: HashEngine = 'best'): Promise<Hash> {
  const native = engine === 'best' ? await findNativeHasher() : null
  if (native !== null) {
    const hasher = native.newKeyed(Buffer.from(Uint8Array.from(key)))
    return (bytes) => {
      hasher.reset()
      hasher.update(bytes)
      return hasher.digestBuffer()
    }
  }
  const hasher = await createBLAKE3(256, Uint8Array.from(key))
  return (bytes) => hasher.init().update(bytes).digest('binary')
}

/** The part of the native package that is used. */
interface NativeHasher {
  newKeyed(key: Buffer): { reset(): void; update(bytes: Uint8Array): unknown; digestBuffer(): Buffer }
}

/** Null where there is no build for this machine, or optional packages were left out. */
export async function findNativeHasher(): Promise<NativeHasher | null> {
  try {
    return (await import('@napi-rs/blake-hash')).Blake3Hasher
  } catch {
    return null
  }
}
