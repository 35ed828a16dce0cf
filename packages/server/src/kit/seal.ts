import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key of its own for one purpose, from the instance's key; 32 bytes. */
export function deriveKey(instanceKey: Uint8Array, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', instanceKey, '', label, KEY_BYTES))
}

/** AES-256-GCM: nonce, ciphertext, tag. `about` binds the bytes to where they are kept. */
export function seal(key: Uint8Array, plain: Uint8Array, about: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The bytes that were sealed; throws when the key or the place is another. */
export function unseal(key: Uint8Array, sealed: Uint8Array, about: string): Buffer {
  const tagAt = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(about))
    .setAuthTag(sealed.subarray(tagAt))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()])
}
