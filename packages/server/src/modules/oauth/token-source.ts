import type { TokenSource } from '../accounts/index.js'
import type { OauthDeps } from './deps.js'
import { holdToken } from './hold-token.js'
import { knownScopes, ORG_SCOPES, permissionsOf } from './scopes.js'
import { deleteOauthOf, listGrantsInOrg } from './queries/grants.js'
import { listAppsOf } from './queries/apps.js'
import {
  deleteOauthTokensByHash,
  deleteOauthTokensOf,
  findOauthToken,
  findOauthTokenById,
  touchOauthTokens,
} from './queries/tokens.js'
import { recordApp } from './record.js'

/** Tokens of apps and build jobs, for every door. */
export function createTokenSource(deps: OauthDeps): TokenSource {
  return {
    find: async (db, secretHash) => holdToken(await findOauthToken(db, secretHash), deps.clock.now()),
    findById: async (db, tokenId) => holdToken(await findOauthTokenById(db, tokenId), deps.clock.now()),
    describe: async (db, tokenId) => {
      const token = await findOauthTokenById(db, tokenId)
      if (!token) return null
      const { expiresAt, target } = token
      return { expiresAt, resource: target && `${target.type}:${target.name}` }
    },
    touch: touchOauthTokens,
    listReaching: async (db, orgId, asked) => {
      const rows = await listGrantsInOrg(db, orgId, { ...asked, scopes: ORG_SCOPES, now: deps.clock.now() })
      return rows.map(({ scopes, ...row }) => ({ ...row, permissions: permissionsOf(knownScopes(scopes)) }))
    },
    revokeLeaked: async (tx, secretHashes) => {
      const userIds = await deleteOauthTokensByHash(tx, secretHashes)
      for (const id of userIds) {
        const reason = 'a token of an app was found in the open'
        await deps.audit.record(tx, { chain: id, action: 'auth.token.revoke', target: { type: 'user', id }, reason })
      }
      return userIds
    },
    endTokensOf: deleteOauthTokensOf,
    removeUser: async (tx, userId) => {
      for (const app of await listAppsOf(tx, userId)) await recordApp(tx, deps, app.id, { action: 'app.delete' })
      await deleteOauthOf(tx, userId)
    },
  }
}
