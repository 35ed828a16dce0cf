import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { SignOnCredential } from '../../accounts/index.js'

export interface IdentityRow {
  readonly id: string
  readonly connectionId: string
  readonly subject: string
  readonly userId: string
  readonly email: string | null
  readonly createdAt: Date
  readonly lastUsedAt: Date
}

export async function findIdentity(
  db: Db | Tx,
  connectionId: string,
  by: { readonly subject: string } | { readonly userId: string },
): Promise<IdentityRow | null> {
  let query = db.selectFrom('federation.identities').selectAll().where('connectionId', '=', connectionId)
  query = 'subject' in by ? query.where('subject', '=', by.subject) : query.where('userId', '=', by.userId)
  return (await query.executeTakeFirst()) ?? null
}

export async function listIdentitiesOf(db: Db | Tx, userId: string): Promise<IdentityRow[]> {
  return db.selectFrom('federation.identities').selectAll().where('userId', '=', userId).orderBy('createdAt').execute()
}

export async function insertIdentity(tx: Tx, identity: IdentityRow): Promise<void> {
  await tx.insertInto('federation.identities').values(identity).execute()
}

export async function touchIdentity(tx: Tx, id: string, email: string | null, now: Date): Promise<void> {
  await tx.updateTable('federation.identities').set({ email, lastUsedAt: now }).where('id', '=', id).execute()
}

/** Ends an identity and what was reached through it; false when it is not theirs. */
export async function deleteIdentity(tx: Tx, userId: string, id: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom('federation.identities')
    .where('id', '=', id)
    .where('userId', '=', userId)
    .returning('connectionId')
    .executeTakeFirst()
  if (!gone) return false
  await tx
    .deleteFrom('federation.signOns')
    .where('userId', '=', userId)
    .where('connectionId', '=', gone.connectionId)
    .execute()
  return true
}

/** A credential comes from a sign-in through a connection. */
export async function upsertSignOn(
  tx: Tx,
  signOn: SignOnCredential & { readonly connectionId: string; readonly userId: string; readonly at: Date },
): Promise<void> {
  const { kind, id: credentialId, connectionId, userId, at } = signOn
  await tx
    .insertInto('federation.signOns')
    .values({ kind, credentialId, connectionId, userId, at })
    .onConflict((conflict) => conflict.columns(['kind', 'credentialId', 'connectionId']).doUpdateSet({ at, userId }))
    .execute()
}

/** Without a policy a sign-on is worth something to new tokens for so long. */
const DEFAULT_MINUTES = 24 * 60

/** Makes what a session made reach what the session still reaches, and nothing else. */
export async function copySignOns(tx: Tx, sessionId: string, made: SignOnCredential, now: Date): Promise<void> {
  await tx.deleteFrom('federation.signOns').where('kind', '=', made.kind).where('credentialId', '=', made.id).execute()
  await sql`
    insert into federation.sign_ons (kind, credential_id, connection_id, user_id, at)
    select ${made.kind}, ${made.id}, s.connection_id, s.user_id, s.at
    from federation.sign_ons s
    join federation.connections c on c.id = s.connection_id
    left join federation.policies p on p.org_id = c.org_id
    where s.kind = 'session' and s.credential_id = ${sessionId}
      and s.at > ${now}::timestamptz - make_interval(mins => coalesce(p.session_minutes, ${DEFAULT_MINUTES}::integer))`.execute(
    tx,
  )
}

/** Sign-ons of a session; for one that takes its place. */
export async function listSignOnsOf(db: Db | Tx, sessionId: string): Promise<{ connectionId: string; at: Date }[]> {
  return db
    .selectFrom('federation.signOns')
    .select(['connectionId', 'at'])
    .where('kind', '=', 'session')
    .where('credentialId', '=', sessionId)
    .execute()
}

export interface AttemptRow {
  readonly id: string
  readonly connectionId: string
  readonly purpose: 'sign_in' | 'link' | 'test'
  readonly userId: string | null
  readonly stateHash: string
  readonly browserHash: string
  readonly factsSealed: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertAttempt(tx: Tx, attempt: AttemptRow): Promise<void> {
  await tx.insertInto('federation.attempts').values(attempt).execute()
}

type FoundAttempt = AttemptRow & { readonly answerSealed: string | null }

/** Takes an attempt for good: whoever comes second gets nothing. */
export async function claimAttempt(
  tx: Tx,
  by: { readonly stateHash: string } | { readonly answerHash: string },
  now: Date,
): Promise<FoundAttempt | null> {
  let query = tx
    .updateTable('federation.attempts')
    .set({ usedAt: now })
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
  query =
    'stateHash' in by ? query.where('stateHash', '=', by.stateHash) : query.where('answerHash', '=', by.answerHash)
  const row = await query.returningAll().executeTakeFirst()
  return row ? { ...row, purpose: row.purpose as AttemptRow['purpose'] } : null
}

/** Keeps what a provider posted until the browser comes for it; false when there is nothing that waits for it. */
export async function storeAnswer(
  tx: Tx,
  answer: {
    readonly stateHash: string
    readonly connectionId: string
    readonly answerHash: string
    readonly answerSealed: string
    readonly now: Date
  },
): Promise<boolean> {
  const result = await tx
    .updateTable('federation.attempts')
    .set({ answerHash: answer.answerHash, answerSealed: answer.answerSealed })
    .where('stateHash', '=', answer.stateHash)
    .where('connectionId', '=', answer.connectionId)
    .where('usedAt', 'is', null)
    .where('answerHash', 'is', null)
    .where('expiresAt', '>', answer.now)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Remembers an answer; false when it was believed before. */
export async function useAnswer(
  tx: Tx,
  answer: { readonly connectionId: string; readonly answerHash: string; readonly expiresAt: Date },
): Promise<boolean> {
  const result = await tx
    .insertInto('federation.usedAnswers')
    .values(answer)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Removes what has passed: attempts after a day, used answers after their end, sign-ons of sessions that cannot live any more. */
export async function removePassed(tx: Tx, now: Date): Promise<void> {
  const before = (days: number) => new Date(now.getTime() - days * 86_400_000)
  await tx.deleteFrom('federation.attempts').where('expiresAt', '<', before(1)).execute()
  await tx.deleteFrom('federation.usedAnswers').where('expiresAt', '<', now).execute()
  await tx.deleteFrom('federation.signOns').where('kind', '=', 'session').where('at', '<', before(91)).execute()
}
