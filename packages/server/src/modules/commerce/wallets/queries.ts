import type { Tx } from '../../../kit/db/database.js'

export async function findKept(
  tx: Tx,
  actorId: string,
  key: string,
): Promise<{ bodySha256: string; response: unknown } | null> {
  const row = await tx
    .selectFrom('commerce.idempotencyKeys')
    .select(['bodySha256', 'response'])
    .where('actorId', '=', actorId)
    .where('key', '=', key)
    .executeTakeFirst()
  return row ?? null
}

export async function insertKept(
  tx: Tx,
  row: { actorId: string; key: string; bodySha256: string; response: object; createdAt: Date },
): Promise<void> {
  await tx
    .insertInto('commerce.idempotencyKeys')
    .values({ ...row, response: JSON.stringify(row.response) })
    .onConflict((on) => on.doNothing())
    .execute()
}
