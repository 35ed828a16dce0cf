import type { AuditEvent } from '@stoa/formats'
import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.js'

/** Which events; dates are those of the events. */
export interface EventFilter {
  readonly chain: string
  readonly actorId?: string | undefined
  /** An action or the start of actions. */
  readonly action?: string | undefined
  readonly targetId?: string | undefined
  readonly outcome?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

export interface EventPage {
  readonly order: 'asc' | 'desc'
  /** Numbers strictly between these. */
  readonly afterSeq?: number | undefined
  readonly beforeSeq?: number | undefined
  readonly limit: number
}

/** Events as they were written, by number. */
export async function listEvents(db: Db | Tx, filter: EventFilter, page: EventPage): Promise<AuditEvent[]> {
  let query = db.selectFrom('kit.auditEvents').select(['body', 'hash']).where('chain', '=', filter.chain)
  if (filter.actorId !== undefined) query = query.where('actorId', '=', filter.actorId)
  if (filter.targetId !== undefined) query = query.where('targetId', '=', filter.targetId)
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  if (filter.action !== undefined) {
    query = query.where(sql<boolean>`starts_with(action, ${filter.action})`, '=', true)
  }
  if (page.afterSeq !== undefined) query = query.where('seq', '>', BigInt(page.afterSeq))
  if (page.beforeSeq !== undefined) query = query.where('seq', '<', BigInt(page.beforeSeq))
  const rows = await query.orderBy('seq', page.order).limit(page.limit).execute()
  return rows.map(({ body, hash }) => ({ ...(JSON.parse(body) as AuditEvent), hash: hash.toString('hex') }))
}

export interface ChainHead {
  readonly chain: string
  readonly seq: number
  readonly hash: string
}

export async function findHead(db: Db | Tx, chain: string): Promise<ChainHead> {
  const row = await db
    .selectFrom('kit.auditHeads')
    .select(['seq', 'hash'])
    .where('chain', '=', chain)
    .executeTakeFirst()
  return { chain, seq: Number(row?.seq ?? 0n), hash: row?.hash.toString('hex') ?? '' }
}

export async function listHeads(db: Db | Tx): Promise<ChainHead[]> {
  const rows = await db.selectFrom('kit.auditHeads').select(['chain', 'seq', 'hash']).orderBy('chain').execute()
  return rows.map(({ chain, seq, hash }) => ({ chain, seq: Number(seq), hash: hash.toString('hex') }))
}

export interface EventHash {
  readonly seq: number
  readonly hash: Buffer
  readonly at: Date
  readonly action: string
}

/** Hashes of events in their order; for checkpoints. */
export async function listHashes(db: Db | Tx, chain: string, afterSeq: number, limit: number): Promise<EventHash[]> {
  const rows = await db
    .selectFrom('kit.auditEvents')
    .select(['seq', 'hash', 'at', 'action'])
    .where('chain', '=', chain)
    .where('seq', '>', BigInt(afterSeq))
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

export interface VaultRow {
  readonly seq: number
  readonly subjectId: string
  readonly sealed: Buffer
}

/** What is sealed of a chain's events. */
export async function listVault(db: Db | Tx, chain: string, seqs: readonly number[]): Promise<VaultRow[]> {
  if (seqs.length === 0) return []
  const rows = await db
    .selectFrom('kit.subjectVault')
    .select(['seq', 'subjectId', 'sealed'])
    .where('chain', '=', chain)
    .where('seq', 'in', seqs.map(BigInt))
    .execute()
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

/** Deletes events up to a number, whose checkpoint stays; only retention does. */
export async function deleteEventsUpTo(tx: Tx, chain: string, seq: number): Promise<void> {
  await sql`select set_config('stoa.audit_retention', 'on', true)`.execute(tx)
  await tx.deleteFrom('kit.subjectVault').where('chain', '=', chain).where('seq', '<=', BigInt(seq)).execute()
  await tx.deleteFrom('kit.auditEvents').where('chain', '=', chain).where('seq', '<=', BigInt(seq)).execute()
  await sql`select set_config('stoa.audit_retention', 'off', true)`.execute(tx)
}

/** The first number of a chain at which somebody of these acted or was acted upon; null when there is none. */
export async function findFirstOf(db: Db | Tx, chain: string, accountIds: readonly string[]): Promise<number | null> {
  if (accountIds.length === 0) return null
  const row = await db
    .selectFrom('kit.auditEvents')
    .select((eb) => eb.fn.min('seq').as('seq'))
    .where('chain', '=', chain)
    .where((eb) => eb.or([eb('actorId', 'in', [...accountIds]), eb('targetId', 'in', [...accountIds])]))
    .executeTakeFirst()
  return row?.seq === null || row?.seq === undefined ? null : Number(row.seq)
}

/** How many events of a chain there still are up to a number. */
export async function countEventsUpTo(db: Db | Tx, chain: string, seq: number): Promise<number> {
  const row = await db
    .selectFrom('kit.auditEvents')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('chain', '=', chain)
    .where('seq', '<=', BigInt(seq))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
