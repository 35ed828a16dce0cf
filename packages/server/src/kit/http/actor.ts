/** Role of a member in an organisation, weakest last. */
export type Role = 'admin' | 'write' | 'contributor' | 'read'

export interface Membership {
  readonly accountId: string
  /** The organisation's name as written by its owner. */
  readonly name: string
  readonly role: Role
}

/** What a fine-grained token may do with one account or repository. */
export interface TokenScope {
  readonly entity: { readonly type: 'user' | 'org' | 'model' | 'dataset' | 'space'; readonly name: string }
  readonly permissions: readonly string[]
}

export type ActorAuth =
  | { readonly type: 'session'; readonly sessionId: string }
  | {
      readonly type: 'token'
      readonly tokenId: string
      readonly role: 'read' | 'write' | 'fineGrained'
      readonly scopes: readonly TokenScope[]
    }

/** Who is asking now. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user'
      readonly userId: string
      readonly name: string
      readonly isAdmin: boolean
      readonly memberships: readonly Membership[]
      readonly auth: ActorAuth
    }

export type UserActor = Extract<Actor, { kind: 'user' }>

export const ANONYMOUS: Actor = { kind: 'anonymous' }

/** Whether the credential itself may change things; fine-grained tokens are judged per entity by the module that owns it. */
export function mayWrite(actor: UserActor): boolean {
  return actor.auth.type === 'session' || actor.auth.role !== 'read'
}

/** Credentials of a request, before anyone believed them. */
export interface Credentials {
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  /** Prefix of the caller's address, for throttling. */
  readonly address: string
}

/** Turns credentials into an actor; throws `InvalidCredentials` when some were sent and are wrong. */
export type Authenticate = (credentials: Credentials) => Promise<Actor>
