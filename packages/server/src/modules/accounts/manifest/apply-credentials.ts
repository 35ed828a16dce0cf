import type { Tx } from '../../../kit/db/database.js'
import { isSame, itemProblem, type ManifestContext } from '../../../kit/manifest/noun.js'
import { createAccessToken, recordToken, revokeToken } from '../access-tokens.js'
import type { AccountsDeps } from '../deps.js'
import { findSession, findTokenByName, insertSession, updateToken } from '../queries/credentials.js'
import { recordSignIn } from '../record-change.js'
import { SESSION_MAX_S } from '../sign-in.js'
import { hashSecret } from '../token-secret.js'
import type { TokenItem } from './token-item.js'

interface TokensWork {
  readonly userId: string
  readonly name: string
  readonly tokens: readonly TokenItem[]
  readonly context: ManifestContext
}

/** Makes the named tokens so; a phrase per change. A token that exists keeps its secret. */
export async function applyTokens(tx: Tx, deps: AccountsDeps, work: TokensWork): Promise<string[]> {
  const texts: string[] = []
  for (const [index, token] of work.tokens.entries()) {
    if (token.role !== 'fineGrained' && token.scopes !== undefined) {
      throw itemProblem(['tokens', index, 'scopes'], 'only with role: fineGrained')
    }
    const text = await applyToken(tx, deps, work, token)
    if (text !== null) texts.push(text)
  }
  return texts
}

async function applyToken(tx: Tx, deps: AccountsDeps, work: TokensWork, token: TokenItem): Promise<string | null> {
  const { userId, name, context } = work
  const known = await findTokenByName(tx, userId, token.name)
  const isOther = known !== null && token.value !== undefined && known.secretHash !== hashSecret(token.value)
  if (known && !isOther) {
    const scopes = token.role === 'fineGrained' ? (token.scopes ?? []) : []
    const ipRanges = token.ipRanges ?? known.ipRanges
    const isAsWas = known.role === token.role && isSame(known.scopes, scopes)
    if (isAsWas && isSame(known.ipRanges, ipRanges)) return null
    await updateToken(tx, known.id, { role: token.role, scopes, ipRanges })
    await recordToken(tx, deps, { ...known, role: token.role, scopes, ipRanges }, 'auth.token.update')
    if (isAsWas) return `token ${token.name} networks`
    return known.role === token.role
      ? `token ${token.name} scopes`
      : `token ${token.name} ${known.role} → ${token.role}`
  }
  if (known) await revokeToken(tx, deps, userId, known.id)
  const { secret } = await createAccessToken(tx, deps, {
    userId,
    name: token.name,
    role: token.role,
    scopes: token.scopes,
    expiresAt: token.expiresAt === undefined ? null : new Date(token.expiresAt),
    ipRanges: token.ipRanges,
    secret: token.value,
  })
  if (token.value === undefined) context.reveal(`token ${token.name} of ${name}`, secret)
  return `token ${token.name} ${known ? '*** → ***' : 'none → ***'}`
}

/** Opens sessions with literal cookies (test servers only); a phrase per new one. */
export async function applySessions(
  tx: Tx,
  deps: AccountsDeps,
  work: { readonly userId: string; readonly sessions: readonly string[]; readonly now: Date },
): Promise<string[]> {
  const texts: string[] = []
  for (const cookie of work.sessions) {
    const secretHash = hashSecret(cookie)
    if (await findSession(tx, secretHash)) continue
    await insertSession(tx, {
      id: deps.ids.next(),
      userId: work.userId,
      secretHash,
      userAgent: 'manifest',
      addressPrefix: 'manifest',
      createdAt: work.now,
      lastUsedAt: work.now,
      confirmedAt: work.now,
      expiresAt: new Date(work.now.getTime() + SESSION_MAX_S * 1000),
    })
    await recordSignIn(tx, deps, work.userId, { action: 'auth.session.create' })
    texts.push('session none → ***')
  }
  return texts
}
