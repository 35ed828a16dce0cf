import type { Readable } from 'node:stream'

/** Half-open byte range. */
export interface BlobRange {
  readonly start: number
  readonly endExclusive: number
}

export interface PutOptions {
  /** Lower-case hex; a different content is refused and leaves nothing. */
  readonly sha256?: string
  readonly sizeBytes?: number
}

export interface BlobFacts {
  readonly sizeBytes: number
}

/** The content did not have the promised hash or size. */
export class BlobMismatch extends Error {
  override readonly name = 'BlobMismatch'
}

/** Bytes by name: disk or S3. Keys have fixed depth (`lfs/ab/cd/<sha256>`), parts under 255 bytes, no key is the folder of another. */
export interface BlobStore {
  readonly kind: 'disk' | 's3'
  /** Stores durably before it resolves; an existing key is kept or replaced by equal bytes. Throws `BlobMismatch`. */
  put(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<{ sizeBytes: number; sha256: string }>
  get(key: string, range?: BlobRange): Promise<{ sizeBytes: number; body: Readable } | null>
  stat(key: string): Promise<BlobFacts | null>
  deleteMany(keys: readonly string[]): Promise<void>
  list(prefix: string): AsyncIterable<{ key: string; sizeBytes: number; modifiedAt: Date }>
  /** Path that may be read directly; null when there is none. */
  localPath(key: string): string | null
}
