const PREFIX = 'xet:'

/** What stands as the blob key of a large file whose bytes lie in xorbs. */
export const xetBlobKey = (hash: string): string => PREFIX + hash

/** The Xet name in a blob key; null when the bytes are a blob of their own. */
export const xetHashOf = (blobKey: string): string | null =>
  blobKey.startsWith(PREFIX) ? blobKey.slice(PREFIX.length) : null
