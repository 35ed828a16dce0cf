import { listAccountRowsById } from '../accounts/index.js'
import { keyOf } from './change-picture.js'
import type { AvatarsDeps } from './deps.js'
import { deletePicture, listPictured } from './queries.js'

const PAGE = 500

/** Removes every byte and row of an account's pictures; again and again without harm. */
export async function forgetPictures(deps: AvatarsDeps, accountId: string): Promise<void> {
  const keys: string[] = []
  for await (const { key } of deps.blobs.list(keyOf(accountId, ''))) keys.push(key)
  await deps.blobs.deleteMany(keys)
  await deps.write((tx) => deletePicture(tx, accountId))
}

/** Removes the pictures of accounts that are gone. */
export async function sweepPictures(deps: AvatarsDeps): Promise<void> {
  for (let after = ''; ; ) {
    const ids = await listPictured(deps.db, after, PAGE)
    for (const { id, state } of await listAccountRowsById(deps.db, ids))
      if (state === 'removed') await forgetPictures(deps, id)
    if (ids.length < PAGE) return
    after = ids.at(-1) ?? after
  }
}
