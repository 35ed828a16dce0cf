/** Bytes of every hash of the protocol. */
export const HASH_BYTES = 32

const TEXT = /^[0-9a-f]{64}$/

/** A hash as the protocol writes it: each group of 8 bytes as a little-endian number in 16 hex digits (xet spec, "hash text"). */
export function hashToText(hash: Uint8Array): string {
  return swapGroups(hash).toString('hex')
}

/** The inverse of `hashToText`; null when the text is not 64 lower-case hex digits. */
export function textToHash(text: string): Uint8Array | null {
  return TEXT.test(text) ? swapGroups(Buffer.from(text, 'hex')) : null
}

function swapGroups(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes).swap64()
}

/** All zeros stands for nothing, all ones marks the end of a list: neither names an object. */
export function isReservedHash(hash: Uint8Array): boolean {
  return hash.every((byte) => byte === 0) || hash.every((byte) => byte === 0xff)
}

export const EMPTY_HASH_TEXT = '0'.repeat(64)
