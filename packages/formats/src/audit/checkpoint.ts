import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { JsonObject } from '../json-value.js'
import { canonicalJson } from './canonical-json.js'

/** A signed statement about a stretch of a chain. */
export interface AuditCheckpoint {
  readonly chain: string
  readonly first_seq: number
  readonly last_seq: number
  /** Merkle root over the events' hashes, hex. */
  readonly root: string
  /** Hash of the last event, hex. */
  readonly head_hash: string
  readonly ts: string
  /** First 16 hex digits of SHA-256 of the public key's SPKI bytes. */
  readonly key_id: string
  /** Ed25519 over the canonical text of the rest, base64. */
  readonly signature: string
}

export type CheckpointBody = Omit<AuditCheckpoint, 'signature'>

export function signCheckpoint(body: CheckpointBody, key: KeyObject): AuditCheckpoint {
  return { ...body, signature: sign(null, signedBytes(body), key).toString('base64') }
}

export function isCheckpointSigned(checkpoint: AuditCheckpoint, key: KeyObject): boolean {
  const { signature, ...body } = checkpoint
  return verify(null, signedBytes(body), key, Buffer.from(signature, 'base64'))
}

/** Reads an Ed25519 public key from PEM; throws a sentence when it is another kind. */
export function readPublicKey(pem: string): KeyObject {
  const key = createPublicKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 public key')
  return key
}

function signedBytes(body: CheckpointBody): Buffer {
  return Buffer.from(`stoa-audit-checkpoint/1\n${canonicalJson({ ...body } as unknown as JsonObject)}`)
}
