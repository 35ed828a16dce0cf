import { avatarPicture, refuse, removeAvatar, removeOrgAvatar, setAvatar, setOrgAvatar } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { type AccountRow, avatarUrlOf, can, findAccountRowById, getManagedOrg } from '../../accounts/index.js'
import { keyOf, removePicture, setPicture } from '../change-picture.js'
import type { AvatarsDeps } from '../deps.js'

const CACHE = 'public, max-age=86400, immutable'
/** Nothing in it runs, wherever it is opened. */
const POLICY = "default-src 'none'; sandbox"

/** Pictures: mine, those of organisations I run, and their bytes for everybody. */
export function bindAvatars(http: Http, deps: AvatarsDeps): void {
  const stoa = http.scope('stoa')
  const self = async (actor: UserActor): Promise<AccountRow> => {
    const account = { id: actor.userId, type: 'user', name: actor.name } as const
    if (!can(actor, 'profile.write', account).allow) throw refuse('InsufficientScope')
    const row = await findAccountRowById(deps.db, actor.userId)
    if (!row) throw refuse('AccountNotFound')
    return row
  }
  const remove = async (account: AccountRow) => {
    await removePicture(deps, account)
    return { avatarUrl: avatarUrlOf({ id: account.id, avatarUrl: null }) }
  }
  stoa.bind(setAvatar, async ({ actor, body }) => ({
    avatarUrl: await setPicture(deps, await self(actor), body.picture),
  }))
  stoa.bind(removeAvatar, async ({ actor }) => remove(await self(actor)))
  stoa.bind(setOrgAvatar, async ({ actor, params, body }) => ({
    avatarUrl: await setPicture(deps, await getManagedOrg(deps, actor, params.name), body.picture),
  }))
  stoa.bind(removeOrgAvatar, async ({ actor, params }) => remove(await getManagedOrg(deps, actor, params.name)))

  http.scope('web').bind(avatarPicture, async ({ params, reply }) => {
    const { accountId, file } = params
    const found = await deps.blobs.get(keyOf(accountId, file))
    if (!found) throw refuse('NotFound')
    return reply
      .type(`image/${file.slice(file.lastIndexOf('.') + 1).toLowerCase()}`)
      .header('content-length', found.sizeBytes)
      .header('content-disposition', 'inline; filename="avatar"')
      .header('content-security-policy', POLICY)
      .header('cache-control', CACHE)
      .send(found.body)
  })
}
