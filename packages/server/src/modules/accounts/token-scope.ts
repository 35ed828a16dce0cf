import type { ActorAuth, TokenScope } from '../../kit/http/actor.js'

/** A thing a permission is asked for: a repository, a bucket, or an account itself. */
export interface ScopeTarget {
  readonly type: 'user' | 'org' | 'model' | 'dataset' | 'space' | 'bucket'
  /** `acme` or `acme/tiny-llama`. */
  readonly name: string
}

/** What a read token may do besides reading: calling models spends money but changes nothing (as on the Hub). */
const READ_ROLE = new Set([
  'repo.content.read',
  'org.read',
  'collection.read',
  'billing.read',
  'inference.serverless.write',
  'inference.endpoints.infer.write',
])

/** Permissions that contain others. */
const IMPLIES: Readonly<Record<string, readonly string[]>> = {
  'repo.content.write': ['repo.content.read'],
  'repo.write': ['repo.content.read', 'repo.content.write'],
  'collection.write': ['collection.read'],
  'org.write': ['org.read'],
  'billing.write': ['billing.read'],
}

/**
 * Whether the credential itself lets a permission through. It never gives more than its owner has: the caller asks for
 * the owner's role as well. A scope on an account covers the repositories in its namespace.
 */
export function scopeAllows(auth: ActorAuth, permission: string, target: ScopeTarget): boolean {
  if (auth.type === 'session' || auth.role === 'write') return true
  if (auth.role === 'read') return READ_ROLE.has(permission)
  return auth.scopes.some((scope) => covers(scope.entity, target) && grants(scope, permission))
}

function covers(entity: TokenScope['entity'], target: ScopeTarget): boolean {
  const wanted = target.name.toLowerCase()
  const given = entity.name.toLowerCase()
  if (entity.type === 'user' || entity.type === 'org') return wanted.split('/')[0] === given
  return entity.type === target.type && wanted === given
}

function grants(scope: TokenScope, permission: string): boolean {
  return scope.permissions.some((given) => given === permission || IMPLIES[given]?.includes(permission))
}
