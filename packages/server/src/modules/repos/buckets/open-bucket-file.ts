import { Readable } from 'node:stream'
import { refuse } from '@stoa/contracts'
import type { ByteSource } from '../../../kit/http/bytes.js'
import type { RepoDeps } from '../deps.js'
import { findBucketFiles } from '../queries/bucket-files.js'
import { findXetFile } from '../queries/xet.js'
import { openXetFile } from '../xet/read-file.js'
import type { Bucket, BucketFile } from './bucket.js'

export interface OpenBucketFile extends ByteSource {
  readonly file: BucketFile
  readonly etag: string
}

/** A file of a bucket, ready to be read in parts. Throws `EntryNotFound`. */
export async function openBucketFile(
  deps: Pick<RepoDeps, 'db' | 'blobs'>,
  bucket: Bucket,
  path: string,
): Promise<OpenBucketFile> {
  const file = path.includes('\0') ? undefined : (await findBucketFiles(deps.db, bucket.id, [path])).get(path)
  if (!file) throw refuse('EntryNotFound')
  const base = { file, etag: `"${file.xetHash}"`, sizeBytes: Number(file.sizeBytes) }
  if (base.sizeBytes === 0) return { ...base, open: async () => Readable.from([]) }
  const stored = await findXetFile(deps.db, file.xetHash)
  if (!stored) throw new Error(`the bytes of ${file.xetHash} in bucket ${bucket.id} are missing`)
  return { ...base, open: (range) => openXetFile(deps, stored.terms, range) }
}
