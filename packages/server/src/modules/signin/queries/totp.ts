import type { Db, Tx } from '../../../kit/db/database.js'

export interface TotpRow {
  readonly userId: string
  readonly sealedSecret: string
  readonly createdAt: Date
  /** Null until a first code was right. */
  readonly confirmedAt: Date | null
  readonly lastStep: bigint | null
}

export async function findTotp(db: Db | Tx, userId: string): Promise<TotpRow | null> {
  const row = await db.selectFrom('signin.totp').selectAll().where('userId', '=', userId).executeTakeFirst()
  return row ?? null
}

/** Keeps a secret that waits for its first code; false when a confirmed one is there. */
export async function upsertWaitingTotp(
  tx: Tx,
  totp: { readonly userId: string; readonly sealedSecret: string; readonly createdAt: Date },
): Promise<boolean> {
  const { sealedSecret, createdAt } = totp
  const result = await tx
    .insertInto('signin.totp')
    .values(totp)
    .onConflict((conflict) =>
      conflict
        .column('userId')
        .doUpdateSet({ sealedSecret, createdAt, lastStep: null })
        .where('signin.totp.confirmedAt', 'is', null),
    )
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function confirmTotp(tx: Tx, userId: string, confirmedAt: Date): Promise<void> {
  await tx.updateTable('signin.totp').set({ confirmedAt }).where('userId', '=', userId).execute()
}

/** Uses a time step up; false when a code of it, or of a later one, was taken already. */
export async function takeTotpStep(tx: Tx, userId: string, step: bigint): Promise<boolean> {
  const result = await tx
    .updateTable('signin.totp')
    .set({ lastStep: step })
    .where('userId', '=', userId)
    .where((eb) => eb.or([eb('lastStep', 'is', null), eb('lastStep', '<', step)]))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** True when a confirmed one was removed. */
export async function deleteTotp(tx: Tx, userId: string): Promise<boolean> {
  const row = await tx
    .deleteFrom('signin.totp')
    .where('userId', '=', userId)
    .returning('confirmedAt')
    .executeTakeFirst()
  return row !== undefined && row.confirmedAt !== null
}
