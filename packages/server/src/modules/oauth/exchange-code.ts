import { refuse, type TokenAnswer } from '@stoa/contracts'
import { findAccountRowById, hashSecret } from '../accounts/index.js'
import { getOauthAppById } from './queries/apps.js'
import { findCode, findGrantById, type OauthCodeRow, useCode } from './queries/grants.js'
import { deleteFamily } from './queries/tokens.js'
import { admitClient, checkSecret, type SentClient, type ShownClient } from './client-auth.js'
import type { OauthDeps } from './deps.js'
import { describeTokens, storeTokens, type TokenOrder } from './issue-tokens.js'
import { provesChallenge } from './pkce.js'
import { knownScopes } from './scopes.js'

interface SentCode {
  readonly code?: string | undefined
  readonly redirect_uri?: string | undefined
  readonly code_verifier?: string | undefined
}

/** `grant_type=authorization_code`. The Hub's JavaScript client sends no client id: then the code and its verifier say whose it is. */
export async function exchangeCode(deps: OauthDeps, sent: SentClient, body: SentCode): Promise<TokenAnswer> {
  if (body.code === undefined) throw refuse('OauthInvalidRequest', 'code is missing.')
  const claimed = sent.id === null ? null : await admitClient(deps.db, sent)
  const code = await findCode(deps.db, hashSecret(body.code))
  const grant = code && (await findGrantById(deps.db, code.grantId))
  if (!code || !grant) throw refuse('OauthInvalidGrant')
  const app = await getOauthAppById(deps.db, grant.appId)
  if (claimed !== null && claimed.app.id !== app.id) throw refuse('OauthInvalidGrant')
  const client = claimed ?? checkSecret(app, sent)
  // Used before: whoever has it now, one of them is not the app. Everything it gave ends (RFC 6749 §4.1.2).
  if (code.usedAt !== null) return endReplayed(deps, code, grant.userId)
  checkCode(deps, client, code, body)
  const order: TokenOrder = {
    app,
    grantId: grant.id,
    userId: grant.userId,
    familyId: code.familyId,
    scopes: knownScopes(code.scopes),
    authAt: code.authAt,
    nonce: code.nonce,
  }
  await demandActive(deps, grant.userId)
  const issued = await deps.write(async (tx) => {
    if (await useCode(tx, code.id, deps.clock.now())) return storeTokens(tx, deps, order)
    await deleteFamily(tx, code.familyId)
    return null
  })
  if (!issued) return endReplayed(deps, code, grant.userId)
  return describeTokens(deps, order, issued)
}

async function endReplayed(deps: OauthDeps, code: OauthCodeRow, userId: string): Promise<never> {
  await deps.write((tx) => deleteFamily(tx, code.familyId))
  deps.accounts.forgetUser(userId)
  throw refuse('OauthInvalidGrant', 'This code was used before. Everything it gave has ended.')
}

function checkCode(deps: OauthDeps, client: ShownClient, code: OauthCodeRow, body: SentCode): void {
  if (code.expiresAt <= deps.clock.now()) throw refuse('OauthInvalidGrant', 'This code has expired.')
  if (body.redirect_uri !== undefined && body.redirect_uri !== code.redirectUri) {
    throw refuse('OauthInvalidGrant', 'redirect_uri is not the one the code was made for.')
  }
  if (code.codeChallenge === null) {
    // A verifier for a code without challenge means that somebody took the challenge off the request on its way.
    if (body.code_verifier !== undefined) throw refuse('OauthInvalidGrant', 'This code was made without a challenge.')
    if (body.redirect_uri === undefined) throw refuse('OauthInvalidGrant', 'redirect_uri is missing.')
    if (!client.hasSecret) throw refuse('OauthInvalidClient', 'Without PKCE the app must send its secret.')
    return
  }
  if (!provesChallenge(code.codeChallenge, body.code_verifier ?? '')) {
    throw refuse('OauthInvalidGrant', 'code_verifier does not belong to this code.')
  }
}

/** Nothing is given in the name of a suspended or removed person. */
export async function demandActive(deps: OauthDeps, userId: string): Promise<void> {
  const user = await findAccountRowById(deps.db, userId)
  if (user?.state !== 'active') throw refuse('OauthInvalidGrant')
}
