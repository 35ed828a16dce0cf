import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { deriveKey } from '../../../kit/seal.js'

/** The pair that signs checkpoints: the same on every server of this platform, because it comes from the instance's key. */
export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicPem: string
  readonly keyId: string
}

/** PKCS #8 of an Ed25519 key up to its 32 bytes of seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export function createSigningKey(instanceKey: Uint8Array): SigningKey {
  const der = Buffer.concat([PKCS8_HEAD, deriveKey(instanceKey, 'audit-checkpoints')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return {
    privateKey,
    publicPem: String(publicKey.export({ format: 'pem', type: 'spki' })),
    keyId: createHash('sha256').update(spki).digest('hex').slice(0, 16),
  }
}
