import { isLfsPath, type LfsAttributes } from './attributes.js'

/** Largest file kept in git (hub-api §3). */
export const MAX_GIT_FILE_BYTES = 10 * 1024 * 1024

/** What is known about a file before it is uploaded. */
export interface UploadCandidate {
  readonly path: string
  readonly sizeBytes: number
  /** First bytes, at most 512; null when the client sent none. */
  readonly sample: Uint8Array | null
}

/** Whether a file travels inside the commit or as a large file: size, `.gitattributes`, then what its first bytes are. */
export function uploadModeOf(file: UploadCandidate, attributes: LfsAttributes): 'lfs' | 'regular' {
  if (file.sizeBytes === 0) return 'regular'
  if (file.sizeBytes > MAX_GIT_FILE_BYTES || isLfsPath(attributes, file.path)) return 'lfs'
  return file.sample !== null && isBinary(file.sample) ? 'lfs' : 'regular'
}

/** Git's own rule: a NUL byte near the start means binary; also bytes that are no UTF-8 and no plain text. */
export function isBinary(sample: Uint8Array): boolean {
  if (sample.includes(0)) return true
  let odd = 0
  for (const byte of sample) if (byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) odd++
  return odd > sample.length / 10
}
