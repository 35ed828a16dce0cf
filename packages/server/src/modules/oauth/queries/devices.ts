import type { Db, Tx } from '../../../kit/db/database.js'

/** A program that waits for somebody to confirm its code. */
export interface DeviceRow {
  readonly id: string
  readonly userCode: string
  readonly appId: string
  readonly scopes: readonly string[]
  readonly state: 'pending' | 'approved' | 'denied' | 'used'
  readonly grantId: string | null
  readonly authAt: Date | null
  readonly addressPrefix: string
  readonly userAgent: string
  readonly intervalS: number
  readonly lastPolledAt: Date | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

type Selected = Omit<DeviceRow, 'state'> & { readonly state: string }
const toDevice = (row: Selected | undefined): DeviceRow | null => (row ? (row as DeviceRow) : null)

export async function insertDevice(tx: Tx, device: DeviceRow & { readonly deviceHash: string }): Promise<void> {
  await tx
    .insertInto('oauth.deviceRequests')
    .values({ ...device, scopes: [...device.scopes] })
    .execute()
}

export async function findDeviceByHash(db: Db | Tx, deviceHash: string): Promise<DeviceRow | null> {
  const row = await db
    .selectFrom('oauth.deviceRequests')
    .selectAll()
    .where('deviceHash', '=', deviceHash)
    .executeTakeFirst()
  return toDevice(row)
}

/** The request a code belongs to, while it waits. */
export async function findWaitingDevice(db: Db | Tx, userCode: string, now: Date): Promise<DeviceRow | null> {
  const row = await db
    .selectFrom('oauth.deviceRequests')
    .selectAll()
    .where('userCode', '=', userCode)
    .where('state', '=', 'pending')
    .where('expiresAt', '>', now)
    .executeTakeFirst()
  return toDevice(row)
}

/** Answers a waiting request; false when it was answered before. */
export async function answerDevice(
  tx: Tx,
  id: string,
  answer: Pick<DeviceRow, 'state' | 'grantId' | 'authAt'>,
): Promise<boolean> {
  const result = await tx
    .updateTable('oauth.deviceRequests')
    .set(answer)
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Takes an approved request's token; false when it was taken before. */
export async function useDevice(tx: Tx, id: string): Promise<boolean> {
  const result = await tx
    .updateTable('oauth.deviceRequests')
    .set({ state: 'used' })
    .where('id', '=', id)
    .where('state', '=', 'approved')
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function notePoll(
  tx: Tx,
  id: string,
  poll: { readonly intervalS: number; readonly lastPolledAt: Date },
): Promise<void> {
  await tx.updateTable('oauth.deviceRequests').set(poll).where('id', '=', id).execute()
}

export async function countWaitingDevices(db: Db | Tx, addressPrefix: string, now: Date): Promise<number> {
  const row = await db
    .selectFrom('oauth.deviceRequests')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('addressPrefix', '=', addressPrefix)
    .where('state', '=', 'pending')
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
