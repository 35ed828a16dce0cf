import type { ScopeTarget } from '../token-scope.js'

/** A repository or bucket, as far as permission depends on it. */
export interface RepoResource {
  readonly type: 'model' | 'dataset' | 'space' | 'kernel' | 'bucket'
  readonly accountId: string
  readonly namespace: string
  readonly name: string
  readonly visibility: 'public' | 'private' | 'internal'
  readonly gated: 'false' | 'auto' | 'manual'
  /** The gate stands before members of the owning organisation too, unless they may write. */
  readonly orgMembersGated?: boolean
  readonly createdBy: string | null
  /** The one resource group it is in; private things in a group are for the group. */
  readonly resourceGroupId?: string | null
}

/** An account as a resource: a person's own, or an organisation. */
export interface AccountResource {
  readonly id: string
  readonly type: 'user' | 'org'
  readonly name: string
}

/** Facts beside the actor and the resource. What is left out is taken as nothing in the way, but for grants. */
export interface AccessContext {
  /** The actor was let into this gated repository. */
  readonly hasGrant?: boolean
  /** A policy in force that asks for a click was not accepted: reading goes on, writing does not. */
  readonly isPolicyPending?: boolean
  /** The plan of whoever pays leaves this out. */
  readonly isNotEntitled?: boolean
}

export const NO_CONTEXT: AccessContext = {}

/** Kernels are models to a token, which has no word for them; nothing names a bucket. */
export function scopeTargetOf(repo: RepoResource): ScopeTarget {
  const type = repo.type === 'kernel' ? 'model' : repo.type
  return { type, name: `${repo.namespace}/${repo.name}` }
}
