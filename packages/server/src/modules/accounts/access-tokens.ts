import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { TokenScope } from '../../kit/http/actor.js'
import type { AccountsDeps } from './deps.js'
import { findTokenByName, insertToken, listTokenRows, type TokenRow } from './queries/credentials.js'
import { hashSecret, makeTokenSecret } from './token-secret.js'

export const MAX_TOKENS = 200
const HINT_LENGTH = 4

export interface NewToken {
  readonly userId: string
  readonly name: string
  readonly role: TokenRow['role']
  readonly scopes?: readonly TokenScope[] | undefined
  readonly expiresAt: Date | null
  /** A literal secret; only a lenient manifest gives one. */
  readonly secret?: string | undefined
}

/** Makes an access token. The secret is in the answer and nowhere else. Throws `TokenNameTaken`, `TokenLimit`. */
export async function createAccessToken(
  tx: Tx,
  deps: AccountsDeps,
  token: NewToken,
): Promise<{ readonly token: TokenRow; readonly secret: string }> {
  const { userId, name, role } = token
  if (await findTokenByName(tx, userId, name)) throw refuse('TokenNameTaken')
  if ((await listTokenRows(tx, userId)).length >= MAX_TOKENS) throw refuse('TokenLimit')
  const secret = token.secret ?? makeTokenSecret()
  const row: TokenRow = {
    id: deps.ids.next(),
    userId,
    name,
    role,
    scopes: role === 'fineGrained' ? (token.scopes ?? []) : [],
    hint: secret.slice(-HINT_LENGTH),
    createdAt: deps.clock.now(),
    expiresAt: token.expiresAt,
    lastUsedAt: null,
  }
  const { lastUsedAt: _, ...stored } = row
  await insertToken(tx, { ...stored, secretHash: hashSecret(secret) })
  return { token: row, secret }
}
