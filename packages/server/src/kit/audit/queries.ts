import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'
import type { WrittenEvent } from './entry.js'

const GENESIS = sql`decode(repeat('00', 32), 'hex')`

/** Opens a chain; nothing when it is open. */
export async function insertChain(tx: Tx, chain: string): Promise<void> {
  await tx
    .insertInto('kit.auditHeads')
    .values({ chain, seq: 0n, prevHash: Buffer.alloc(32), hash: Buffer.alloc(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function hasChain(db: Db | Tx, chain: string): Promise<boolean> {
  const row = await db.selectFrom('kit.auditHeads').select('chain').where('chain', '=', chain).executeTakeFirst()
  return row !== undefined
}

/** Appends in one statement: the update of the head locks it, hashes over it and numbers the event. */
export async function appendEvent(tx: Tx, event: WrittenEvent): Promise<void> {
  const [start, middle, end] = event.text
  const { chain, id, at, action, outcome, actorId, targetType, targetId, sealed } = event
  const subjects = sealed.map((one) => one.subjectId)
  const bytes = sealed.map((one) => one.bytes.toString('hex'))
  await sql`
    with head as (
      insert into kit.audit_heads as h (chain, seq, prev_hash, hash)
      values (${chain}, 1, ${GENESIS}, sha256(${GENESIS} || convert_to(
        ${start}::text || encode(${GENESIS}, 'hex') || ${middle}::text || '1' || ${end}::text, 'UTF8')))
      on conflict (chain) do update set seq = h.seq + 1, prev_hash = h.hash, hash = sha256(h.hash || convert_to(
        ${start}::text || encode(h.hash, 'hex') || ${middle}::text || (h.seq + 1)::text || ${end}::text, 'UTF8'))
      returning seq, prev_hash, hash
    ), event as (
      insert into kit.audit_events
        (chain, seq, id, at, action, outcome, actor_id, target_type, target_id, body, hash)
      select ${chain}, seq, ${id}, ${at}::timestamptz, ${action}, ${outcome}, ${actorId}, ${targetType}, ${targetId},
        ${start}::text || encode(prev_hash, 'hex') || ${middle}::text || seq::text || ${end}::text, hash
      from head
    )
    insert into kit.subject_vault (chain, seq, subject_id, sealed)
    select ${chain}, head.seq, v.subject_id, decode(v.sealed, 'hex')
    from head, unnest(${subjects}::text[], ${bytes}::text[]) as v (subject_id, sealed)`.execute(tx)
}

export interface SubjectKeyRow {
  readonly subjectId: string
  /** Null when it was destroyed. */
  readonly keySealed: Buffer | null
}

/** Locked for the transaction, so that nothing is sealed for somebody who is being erased. */
export async function findSubjectKey(tx: Tx, subjectId: string): Promise<SubjectKeyRow | null> {
  const row = await tx
    .selectFrom('kit.subjectKeys')
    .select(['subjectId', 'keySealed'])
    .where('subjectId', '=', subjectId)
    .executeTakeFirst()
  return row ?? null
}

export async function listSubjectKeys(db: Db | Tx, subjectIds: readonly string[]): Promise<SubjectKeyRow[]> {
  if (subjectIds.length === 0) return []
  return db
    .selectFrom('kit.subjectKeys')
    .select(['subjectId', 'keySealed'])
    .where('subjectId', 'in', [...subjectIds])
    .execute()
}

export async function insertSubjectKey(
  tx: Tx,
  key: { readonly subjectId: string; readonly keySealed: Buffer; readonly createdAt: Date },
): Promise<void> {
  await tx
    .insertInto('kit.subjectKeys')
    .values(key)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Destroys the key of a person and everything sealed with it. */
export async function destroySubject(tx: Tx, subjectId: string, now: Date): Promise<void> {
  await tx.deleteFrom('kit.subjectVault').where('subjectId', '=', subjectId).execute()
  await tx
    .insertInto('kit.subjectKeys')
    .values({ subjectId, keySealed: null, createdAt: now, destroyedAt: now })
    .onConflict((conflict) => conflict.column('subjectId').doUpdateSet({ keySealed: null, destroyedAt: now }))
    .execute()
}
