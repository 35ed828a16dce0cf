import type { Db, Tx } from '../../kit/db/database.js'
import type { TokenScope } from '../../kit/http/actor.js'
import { createAccessToken, HINT_LENGTH, type NewToken } from './access-tokens.js'
import { createService } from './create-account.js'
import type { AccountsDeps } from './deps.js'
import { type AccountPatch, updateAccount } from './queries/accounts.js'
import {
  changeTokenSecret,
  deleteToken,
  deleteTokensOf,
  findTokenByName,
  listTokenRows,
  type TokenRow,
  updateToken,
} from './queries/credentials.js'
import { deleteMembershipsOf } from './queries/memberships.js'
import { hashSecret, makeTokenSecret } from './token-secret.js'

/** A token with its secret, which is stored nowhere. */
export interface MadeToken {
  readonly token: TokenRow
  readonly secret: string
}

/** Accounts of machines and their tokens, for the module that says whose they are and records what becomes of them. */
export function createMachines(deps: AccountsDeps) {
  return {
    /** Makes the account; its id. Throws `NameInvalid`, `NameTaken`. */
    create: (tx: Tx, machine: { readonly name: string; readonly patch: AccountPatch }): Promise<string> =>
      createService(tx, deps, machine),
    /** Ends tokens and memberships; the name is not given again. */
    remove: async (tx: Tx, id: string): Promise<void> => {
      await deleteTokensOf(tx, id)
      await deleteMembershipsOf(tx, id)
      await updateAccount(tx, id, { state: 'removed', details: null }, deps.clock.now())
    },
    listTokens: (db: Db | Tx, id: string): Promise<TokenRow[]> => listTokenRows(db, id),
    findToken: (db: Db | Tx, id: string, name: string): Promise<TokenRow | null> => findTokenByName(db, id, name),
    /** Throws `TokenNameTaken`, `TokenLimit`. */
    createToken: (tx: Tx, token: NewToken): Promise<MadeToken> => createAccessToken(tx, deps, token),
    /** What a token may do, and from where. */
    changeToken: (
      tx: Tx,
      tokenId: string,
      to: { readonly scopes: readonly TokenScope[]; readonly ipRanges: readonly string[] },
    ): Promise<void> => updateToken(tx, tokenId, { role: 'fineGrained', ...to }),
    /** Gives a token another secret; the old one stops. Null when it is not the machine's. */
    rotateToken: async (tx: Tx, id: string, tokenId: string): Promise<MadeToken | null> => {
      const secret = makeTokenSecret()
      const changed = { secretHash: hashSecret(secret), hint: secret.slice(-HINT_LENGTH) }
      const token = await changeTokenSecret(tx, id, tokenId, changed)
      return token && { token, secret }
    },
    revokeToken: (tx: Tx, id: string, tokenId: string): Promise<boolean> => deleteToken(tx, id, tokenId),
  }
}
