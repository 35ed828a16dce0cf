import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a secret is for, and whose it is: both are bound to the sealed bytes. */
export interface SealPurpose {
  /** Names the derived key: `stoa.accounts.oauth-key`. */
  readonly label: string
  /** The row it belongs to; a value moved to another row does not open. */
  readonly subject: string
}

/** Seals a secret for the database: AES-256-GCM under a key derived from the instance's. */
export function sealSecret(instanceKey: Buffer, purpose: SealPurpose, secret: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', deriveKey(instanceKey, purpose), nonce)
  cipher.setAAD(Buffer.from(purpose.subject))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** Opens what `sealSecret` made; throws when the row was moved, changed, or sealed by another instance. */
export function openSecret(instanceKey: Buffer, purpose: SealPurpose, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(instanceKey, purpose), bytes.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(purpose.subject)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}

function deriveKey(instanceKey: Buffer, { label }: SealPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', instanceKey, '', label, 32))
}
