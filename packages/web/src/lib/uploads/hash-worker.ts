import { hashFile } from '../sha256.js'

/** Hashes one file, told by a message; answers with progress and then the digest. */
self.addEventListener('message', (event: MessageEvent<Blob>) => {
  hashFile(event.data, (bytes) => self.postMessage({ bytes })).then(
    (oid) => self.postMessage({ oid }),
    (error: unknown) => self.postMessage({ error: error instanceof Error ? error.message : String(error) }),
  )
})
