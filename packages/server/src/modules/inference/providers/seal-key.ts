import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const LABEL = 'stoa.inference.provider-key'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals a provider's key for the database: AES-256-GCM under a key derived from the instance's, bound to the provider. */
export function sealKey(instanceKey: Buffer, providerId: string, secret: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(instanceKey), nonce).setAAD(Buffer.from(providerId))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** Opens what `sealKey` made; throws when the row was moved, changed, or sealed by another instance. */
export function openKey(instanceKey: Buffer, providerId: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(instanceKey), bytes.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(providerId)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}

function deriveKey(instanceKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', instanceKey, '', LABEL, 32))
}
