import type { Membership, TokenScope } from '../../kit/http/actor.js'
import type { HeldToken } from '../accounts/index.js'
import type { FoundOauthToken } from './queries/tokens.js'
import { knownScopes, toTokenScopes } from './scopes.js'

const JOB_PERMISSIONS = ['repo.content.write', 'repo.content.read']

/** The token as a credential; null when it is none or has expired. */
export function holdToken(token: FoundOauthToken | null, now: Date): HeldToken | null {
  if (token?.kind !== 'access' || token.expiresAt <= now) return null
  return {
    userId: token.userId,
    endsMs: token.expiresAt.getTime(),
    grantId: token.grantId,
    bornAt: token.authAt,
    toAuth: (user, memberships) => ({
      type: 'token',
      tokenId: token.id,
      // Judged scope by scope like a fine-grained token of a person: every module already does that.
      role: 'fineGrained',
      scopes: scopesOf(token, user.name, memberships),
      oauth: { appId: token.grant?.appId ?? null, scopes: token.scopes },
    }),
  }
}

function scopesOf(token: FoundOauthToken, userName: string, memberships: readonly Membership[]): TokenScope[] {
  if (token.grant) return toTokenScopes(knownScopes(token.scopes), { userName, memberships, ...token.grant })
  if (!token.target || token.target.type === 'user') return []
  const { type, name } = token.target
  // A kernel is judged as a model everywhere (its files are one).
  const entityType = type === 'kernel' ? 'model' : (type as 'model' | 'dataset' | 'space')
  return [{ entity: { type: entityType, name }, permissions: JOB_PERMISSIONS }]
}
