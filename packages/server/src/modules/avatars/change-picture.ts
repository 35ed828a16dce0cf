import { AVATAR_MAX_BYTES, AVATAR_MAX_PIXELS, refuse } from '@stoa/contracts'
import { readPicture } from '@stoa/formats'
import type { Tx } from '../../kit/db/database.js'
import { type AccountRow, lockAccount } from '../accounts/index.js'
import type { AvatarsDeps } from './deps.js'
import { deletePicture, findFile, upsertPicture } from './queries.js'

export const DELETE_JOB = 'avatars.delete'
export interface DeletePayload {
  readonly keys: string[]
}

export const keyOf = (accountId: string, file: string): string => `avatars/${accountId}/${file}`

/** Makes this the picture of an account; its address. Throws `InvalidRequest` for what is none, or too large. */
export async function setPicture(deps: AvatarsDeps, account: AccountRow, base64: string): Promise<string> {
  const bytes = Buffer.from(base64, 'base64')
  const file = `${deps.ids.next()}.${checkPicture(bytes)}`
  const key = keyOf(account.id, file)
  await deps.blobs.put(key, once(bytes), { sizeBytes: bytes.length })
  const avatarUrl = `/${key}`
  try {
    await deps.write(async (tx) => {
      await lockAccount(tx, account.id)
      await forgetBytes(tx, deps, account.id)
      const createdAt = deps.clock.now()
      await upsertPicture(tx, { accountId: account.id, file, sizeBytes: BigInt(bytes.length), createdAt })
      await deps.accounts.setAvatarUrl(tx, account, avatarUrl)
    })
  } catch (error) {
    await deps.blobs.deleteMany([key])
    throw error
  }
  return avatarUrl
}

/** Takes the picture of an account away. */
export async function removePicture(deps: AvatarsDeps, account: AccountRow): Promise<void> {
  await deps.write(async (tx) => {
    await lockAccount(tx, account.id)
    await forgetBytes(tx, deps, account.id)
    await deletePicture(tx, account.id)
    await deps.accounts.setAvatarUrl(tx, account, null)
  })
}

/** The type of a picture. Throws `InvalidRequest`. */
function checkPicture(bytes: Buffer): string {
  if (bytes.length > AVATAR_MAX_BYTES)
    throw refuse('InvalidRequest', `A picture has at most ${AVATAR_MAX_BYTES / 1024} KiB.`)
  const facts = readPicture(bytes)
  if (!facts) throw refuse('InvalidRequest', 'A picture is a PNG, JPEG, WebP or GIF file.')
  if (Math.max(facts.width, facts.height) > AVATAR_MAX_PIXELS)
    throw refuse('InvalidRequest', `A picture has at most ${AVATAR_MAX_PIXELS} pixels a side.`)
  return facts.type
}

/** The bytes go once the change that no longer names them is committed. */
async function forgetBytes(tx: Tx, deps: AvatarsDeps, accountId: string): Promise<void> {
  const file = await findFile(tx, accountId)
  if (file !== null) await deps.jobs.enqueue(tx, DELETE_JOB, { keys: [keyOf(accountId, file)] } satisfies DeletePayload)
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
