export interface LfsPointer {
  /** sha256, 64 lower-case hex. */
  readonly oid: string
  readonly sizeBytes: number
}

/** Pointers are shorter than this (git-lfs `spec.md`). */
export const LFS_POINTER_MAX_BYTES = 1024
const MIN_POINTER_BYTES = 100
const FIRST_BYTE = 'v'.charCodeAt(0)
const VERSIONS = ['version https://git-lfs.github.com/spec/v1\n', 'version https://hawser.github.com/spec/v1\n']
const OID = /^oid sha256:([0-9a-f]{64})$/m
const SIZE = /^size (\d{1,15})$/m

/** Whether a blob of this size and first byte is worth reading as a pointer. */
export function mayBeLfsPointer(sizeBytes: number, firstByte: number): boolean {
  return firstByte === FIRST_BYTE && sizeBytes < LFS_POINTER_MAX_BYTES && sizeBytes >= MIN_POINTER_BYTES
}

/** The pointer that a blob is, or null when it is ordinary content. */
export function parseLfsPointer(data: Uint8Array): LfsPointer | null {
  if (!mayBeLfsPointer(data.length, data[0] ?? 0)) return null
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  if (!VERSIONS.some((version) => text.startsWith(version))) return null
  const oid = OID.exec(text)?.[1]
  const size = SIZE.exec(text)?.[1]
  return oid === undefined || size === undefined ? null : { oid, sizeBytes: Number(size) }
}

/** Content of the pointer blob that stands for an LFS object. */
export function encodeLfsPointer(pointer: LfsPointer): Buffer {
  return Buffer.from(`${VERSIONS[0]}oid sha256:${pointer.oid}\nsize ${pointer.sizeBytes}\n`)
}
