/** A large file as git keeps it (git-lfs specification). */
export interface LfsPointer {
  /** SHA-256, 64 hex. */
  readonly oid: string
  readonly sizeBytes: number
}

/** A pointer is a short text; longer blobs are never read to find out. */
export const MAX_POINTER_BYTES = 1024

const VERSION = 'version https://git-lfs.github.com/spec/v1'

export function formatPointer(pointer: LfsPointer): Buffer {
  return Buffer.from(`${VERSION}\noid sha256:${pointer.oid}\nsize ${pointer.sizeBytes}\n`)
}

/** Reads a pointer; null when the blob is something else. */
export function parsePointer(blob: Uint8Array): LfsPointer | null {
  if (blob.length > MAX_POINTER_BYTES || blob.length < VERSION.length) return null
  const lines = Buffer.from(blob).toString('latin1').split('\n')
  if (lines[0] !== VERSION) return null
  const oid = lines.map((line) => /^oid sha256:([0-9a-f]{64})$/.exec(line)?.[1]).find(Boolean)
  const size = lines.map((line) => /^size (\d{1,15})$/.exec(line)?.[1]).find(Boolean)
  return oid && size ? { oid, sizeBytes: Number(size) } : null
}
