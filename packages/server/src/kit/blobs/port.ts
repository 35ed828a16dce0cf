import type { Readable } from 'node:stream'

/** Half-open byte range; what lies behind the end of a blob is left out. */
export interface BlobRange {
  readonly start: number
  readonly endExclusive: number
}

export interface PutOptions {
  /** Lower-case hex; a different content is refused and leaves nothing. */
  readonly sha256?: string
  readonly sizeBytes?: number
  /** Of several writers of one key exactly one succeeds, the others get `BlobExists`. */
  readonly ifAbsent?: boolean
}

export interface BlobFacts {
  readonly sizeBytes: number
  readonly modifiedAt: Date
}

export interface WrittenBlob {
  readonly sizeBytes: number
}

export interface ListedBlob extends BlobFacts {
  readonly key: string
}

/** The content did not have the promised hash or size. */
export class BlobMismatch extends Error {
  override readonly name = 'BlobMismatch'
}

/** The key was taken, and `ifAbsent` was asked for. */
export class BlobExists extends Error {
  override readonly name = 'BlobExists'
}

/** A request that a client makes at the store itself. */
export interface DirectRequest {
  readonly url: string
  /** To be sent exactly so: they are part of the signature. */
  readonly headers: Readonly<Record<string, string>>
}

export interface PresignOptions {
  /** At most seven days. */
  readonly expiresInSeconds: number
}

export interface UploadedPart {
  /** 1 to 10,000. */
  readonly number: number
  readonly etag: string
}

/** Transfers between clients and the store that do not pass through this server. */
export interface DirectTransfers {
  presignGet(key: string, options: PresignOptions & { fileName?: string; contentType?: string }): Promise<DirectRequest>
  /** With `sha256` the store itself refuses other content. */
  presignPut(key: string, options: PresignOptions & { sha256?: string }): Promise<DirectRequest>
  createUpload(key: string): Promise<string>
  presignPart(key: string, uploadId: string, part: number, options: PresignOptions): Promise<DirectRequest>
  /** Makes the parts the blob. The hash of the whole is not checked: read it back before trusting the key. */
  completeUpload(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void>
  abortUpload(key: string, uploadId: string): Promise<void>
  /** Ends uploads that began before `before` and were never completed; returns how many. */
  abortStaleUploads(before: Date): Promise<number>
}

/** Writes a blob while it arrives. It must be closed before its pages are used for anything else. */
export interface PageWriter {
  /** The first bytes of the pages are there and stay; they may be written already. */
  arrived(sizeBytes: number): void
  /** Makes the first bytes of the pages the blob, as durable as `put` does; clears the rest of the last page. */
  finish(sizeBytes: number): Promise<void>
  /** Leaves nothing behind unless it was finished. */
  close(): Promise<void>
}

/**
 * Bytes by name: disk or S3. Keys have fixed depth (`lfs/ab/cd/<sha256>`), parts under 255 bytes; no key is the folder of
 * another. A blob is visible only when it is complete, verified and durable.
 */
export interface BlobStore {
  readonly kind: 'disk' | 's3'
  /** Resolves when the bytes are durable. Throws `BlobMismatch`, `BlobExists`, or the refusal `StorageFull`. */
  put(key: string, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<WrittenBlob>
  /**
   * Begins a blob that arrives in whole pages (`Slabs`), cheaper than `put` where the disk can read that memory itself.
   * Throws the refusal `StorageFull`.
   */
  openPages(key: string, pages: Buffer): Promise<PageWriter>
  /** Reads a range into whole pages that hold two pages more; null when there is no blob or it is shorter. */
  readPages(key: string, range: BlobRange, pages: Buffer): Promise<Buffer | null>
  /** Null when there is none. `sizeBytes` is the whole blob's size; `body` must be read or destroyed. */
  get(key: string, range?: BlobRange): Promise<{ sizeBytes: number; body: Readable } | null>
  stat(key: string): Promise<BlobFacts | null>
  /** Keys that do not exist are not an error. */
  deleteMany(keys: readonly string[]): Promise<void>
  /** Keys that start with `prefix`, in byte order, those behind `after` only. */
  list(prefix: string, after?: string): AsyncIterable<ListedBlob>
  /** False when there is no such source; the target is replaced. */
  copy(from: string, to: string): Promise<boolean>
  /** Removes what writers that died left half-written before `before`, by the store's own clock; how many. */
  dropUnfinished(before: Date): Promise<number>
  /** Path that may be read directly; null when there is none. */
  localPath(key: string): string | null
  /** Null: clients send and fetch bytes through this server. */
  readonly direct: DirectTransfers | null
}
