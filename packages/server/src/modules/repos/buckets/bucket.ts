import type { BucketFileJson, BucketInfo } from '@stoa/contracts'
import type { AccessFacts } from '../access.js'

/** Files by path, without history, under a name of their own. */
export interface Bucket extends AccessFacts {
  readonly resourceGroupId: string | null
  readonly type: 'bucket'
  readonly id: string
  readonly fullName: string
  readonly visibility: 'public' | 'private'
  readonly disabled: false
  readonly sizeBytes: bigint
  readonly fileCount: bigint
  /** Number of its latest change. */
  readonly changeSeq: bigint
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A row of `repos.buckets`. */
export interface BucketRow {
  readonly id: string
  readonly accountId: string
  readonly resourceGroupId: string | null
  readonly namespace: string
  readonly name: string
  readonly visibility: string
  readonly sizeBytes: bigint
  readonly fileCount: bigint
  readonly changeSeq: bigint
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function toBucket(row: BucketRow): Bucket {
  return {
    ...row,
    type: 'bucket',
    gated: 'false',
    disabled: false,
    visibility: row.visibility as Bucket['visibility'],
    fullName: `${row.namespace}/${row.name}`,
  }
}

/** A file of a bucket. */
export interface BucketFile {
  readonly path: string
  readonly xetHash: string
  readonly sizeBytes: bigint
  readonly contentType: string | null
  /** What the client said; null when it said nothing. */
  readonly mtime: Date | null
  readonly uploadedAt: Date
}

/** One change as the feed tells it. */
export interface BucketChange {
  readonly path: string
  readonly op: 'add' | 'update' | 'delete'
  readonly size?: number
  readonly xetHash?: string
  readonly uploadedAt?: string
  readonly mtime?: string
}

/** Name of a file without bytes; nothing is stored under it. */
export const EMPTY_XET_HASH = '0'.repeat(64)

export const bucketPath = (bucket: Pick<Bucket, 'fullName'>): string => `/buckets/${bucket.fullName}`

export function showBucket(bucket: Bucket): BucketInfo {
  return {
    _id: bucket.id,
    id: bucket.fullName,
    author: bucket.namespace,
    private: bucket.visibility !== 'public',
    createdAt: bucket.createdAt.toISOString(),
    updatedAt: bucket.updatedAt.toISOString(),
    size: Number(bucket.sizeBytes),
    totalFiles: Number(bucket.fileCount),
    repoType: 'bucket',
    cdnRegions: [],
  }
}

export function showFile(file: BucketFile): BucketFileJson {
  return {
    type: 'file',
    path: file.path,
    size: Number(file.sizeBytes),
    xetHash: file.xetHash,
    ...(file.mtime ? { mtime: file.mtime.toISOString() } : {}),
    uploadedAt: file.uploadedAt.toISOString(),
    ...(file.contentType === null ? {} : { contentType: file.contentType }),
  }
}
