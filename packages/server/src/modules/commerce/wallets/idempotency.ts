import { createHash } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import { findKept, insertKept } from './queries.js'

const KEY = /^[\x21-\x7e]{8,200}$/

/** The header's value. Throws `IdempotencyKeyRequired` when it is missing or not 8 to 200 visible characters. */
export function readIdempotencyKey(header: string | string[] | undefined): string {
  if (typeof header !== 'string' || !KEY.test(header)) throw refuse('IdempotencyKeyRequired')
  return header
}

/**
 * Runs work once per actor and key, and answers a repeated request with the first answer. The same key with another body is an
 * `IdempotencyConflict`. `work` must itself be safe to meet its own result, because two equal requests may arrive together.
 */
export async function onceByKey<T extends object>(
  tx: Tx,
  request: { actorId: string; key: string; body: unknown; at: Date },
  work: () => Promise<T>,
): Promise<T> {
  const bodySha256 = createHash('sha256').update(JSON.stringify(request.body)).digest('hex')
  const kept = await findKept(tx, request.actorId, request.key)
  if (kept) {
    if (kept.bodySha256 !== bodySha256) throw refuse('IdempotencyConflict')
    return kept.response as T
  }
  const response = await work()
  await insertKept(tx, { actorId: request.actorId, key: request.key, bodySha256, response, createdAt: request.at })
  return response
}
