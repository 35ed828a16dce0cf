import { createHmac, randomBytes } from 'node:crypto'
import type { JsonObject, JsonValue } from '@stoa/formats'
import { afterCommit, type Tx } from '../db/database.js'
import { deriveKey, seal, unseal } from '../seal.js'
import { findSubjectKey, insertSubjectKey, type SubjectKeyRow } from './queries.js'

const KEY_BYTES = 32
const MAX_CACHED = 10_000

/** Keys of people, each sealed with the instance's key. */
export interface SubjectKeys {
  /** The key of a person, made when there is none; null when it was destroyed. */
  keyFor(tx: Tx, subjectId: string, now: Date): Promise<Buffer | null>
  open(row: SubjectKeyRow): Buffer | null
  forget(subjectId: string): void
}

export function createSubjectKeys(instanceKey: Uint8Array): SubjectKeys {
  const sealingKey = deriveKey(instanceKey, 'subject-keys')
  const cache = new Map<string, Buffer>()
  const remember = (subjectId: string, key: Buffer): void => {
    const [oldest] = cache.keys()
    if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest)
    cache.set(subjectId, key)
  }
  const open = ({ subjectId, keySealed }: SubjectKeyRow): Buffer | null =>
    keySealed === null ? null : unseal(sealingKey, keySealed, subjectId)

  return {
    async keyFor(tx, subjectId, now) {
      const cached = cache.get(subjectId)
      if (cached) return cached
      let row = await findSubjectKey(tx, subjectId)
      if (!row) {
        const keySealed = seal(sealingKey, randomBytes(KEY_BYTES), subjectId)
        await insertSubjectKey(tx, { subjectId, keySealed, createdAt: now })
        row = await findSubjectKey(tx, subjectId)
      }
      const key = row && open(row)
      if (key) afterCommit(tx, () => remember(subjectId, key))
      return key
    },
    open,
    forget: (subjectId) => void cache.delete(subjectId),
  }
}

/** The key of one event and person; an export shows it beside the values, and it opens no other event. Hex. */
export function eventKey(subjectKey: Uint8Array, eventId: string): string {
  return createHmac('sha256', subjectKey).update(`event ${eventId}`).digest('hex')
}

export function sealValues(subjectKey: Uint8Array, eventId: string, values: JsonObject): Buffer {
  return seal(subjectKey, Buffer.from(JSON.stringify(values)), eventId)
}

/** Values by their place in the event. */
export function openValues(subjectKey: Uint8Array, eventId: string, sealed: Uint8Array): Record<string, JsonValue> {
  return JSON.parse(unseal(subjectKey, sealed, eventId).toString()) as Record<string, JsonValue>
}
