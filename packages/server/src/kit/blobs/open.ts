import { join } from 'node:path'
import { createDiskBlobs } from './disk.js'
import type { BlobStore } from './port.js'

/** The blob store of the settings: S3 when an address is given, else files in the data folder. */
export async function openBlobs(blobsUrl: string | null, dataDir: string): Promise<BlobStore> {
  if (blobsUrl !== null) throw new Error('S3 is not connected yet')
  return createDiskBlobs(join(dataDir, 'blobs'))
}
