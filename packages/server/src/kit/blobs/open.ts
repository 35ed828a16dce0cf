import { join } from 'node:path'
import { openDiskBlobs } from './disk.js'
import type { BlobStore } from './port.js'
import { parseS3Address } from './s3-address.js'

/** The blob store of the settings: S3 when an address is given, else files in the data folder. */
export async function openBlobs(blobsUrl: string | null, dataDir: string): Promise<BlobStore> {
  if (blobsUrl === null) return openDiskBlobs(join(dataDir, 'blobs'))
  const { openS3Blobs } = await import('./s3.js')
  return openS3Blobs(parseS3Address(blobsUrl))
}
