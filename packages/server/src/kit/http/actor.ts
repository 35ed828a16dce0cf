/** Role of a member in an organisation, weakest last. `no_access` is a seat: it gives nothing by itself. */
export type Role = 'admin' | 'write' | 'contributor' | 'read' | 'no_access'

/** What a member does besides the role: money; reading the audit log; moderation, privacy requests, ethics reviews. */
export type OrgDuty = 'billing' | 'auditor' | 'moderator' | 'dpo' | 'reviewer'

/** What somebody does for the platform; `owner` is its admin. */
export type PlatformDuty =
  | 'owner'
  | 'operator'
  | 'trust_lead'
  | 'moderator'
  | 'verifier'
  | 'dpo'
  | 'auditor'
  | 'support'

/** Membership in a resource group of an organisation. */
export interface GroupMembership {
  readonly groupId: string
  readonly role: Exclude<Role, 'no_access'>
}

export interface Membership {
  readonly accountId: string
  /** The organisation's name as written by its owner. */
  readonly name: string
  readonly role: Role
  readonly duties?: readonly OrgDuty[]
  readonly groups?: readonly GroupMembership[]
  /** The organisation asks its members for a second factor. */
  readonly requiresMfa?: boolean
  /** Why the role gives nothing now. */
  readonly heldBack?: HeldBack
}

/**
 * Why an organisation shows nothing private to a member or a credential, in the Hub's words: it asks for a second factor, or
 * for its own sign-on; the network is not one of its own; the token waits for approval, or is of a kind or age it does not
 * let in; it was denied or revoked there.
 */
export type HeldBack = 'mfa' | 'sso' | 'ip' | 'token-policy' | 'token-revoked'

/** An organisation this credential does not reach from here, whatever role or duty its owner has. */
export interface Barred {
  readonly accountId: string
  readonly name: string
  readonly why: HeldBack
}

/** What a fine-grained token may do with one account or repository. */
export interface TokenScope {
  readonly entity: { readonly type: 'user' | 'org' | 'model' | 'dataset' | 'space'; readonly name: string }
  readonly permissions: readonly string[]
}

export type ActorAuth =
  | {
      readonly type: 'session'
      readonly sessionId: string
      /** Signed in with two factors, or one as good. */
      readonly isStrong?: boolean
    }
  | {
      readonly type: 'token'
      readonly tokenId: string
      readonly role: 'read' | 'write' | 'fineGrained'
      readonly scopes: readonly TokenScope[]
      /** Only of tokens that an app or a build job holds: what it was given, in the words of OAuth. `appId` is null for a job. */
      readonly oauth?: { readonly appId: string | null; readonly scopes: readonly string[] }
    }

/** Who is asking now: nobody known, or a person or service account. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user'
      readonly userId: string
      readonly name: string
      /** Holds the platform duty `owner`. */
      readonly isAdmin: boolean
      /** Further duties for the platform. */
      readonly duties?: readonly PlatformDuty[]
      readonly memberships: readonly Membership[]
      readonly auth: ActorAuth
      /** Absent is active. */
      readonly state?: 'active' | 'suspended'
      /** A service account belongs to an organisation and has only access tokens. */
      readonly isService?: boolean
      /** The admin who looks through this person's eyes; such an actor only reads. */
      readonly impersonator?: { readonly userId: string; readonly name: string }
      /** The platform asks for a second factor: duties are withheld until there is one, or everything but reading. */
      readonly needsSecondFactor?: 'duties' | 'everything'
      /** Organisations opened for reading in an emergency, for an hour, on the record. */
      readonly brokenGlass?: readonly string[]
      /** Organisations that this credential does not reach; absent for none. Memberships in them are held back as well. */
      readonly barred?: readonly Barred[]
    }

export type UserActor = Extract<Actor, { kind: 'user' }>

export const ANONYMOUS: Actor = { kind: 'anonymous' }

/** Whether the credential itself may change things; fine-grained tokens are judged per entity by the module that owns it. */
export function mayWrite(actor: UserActor): boolean {
  return actor.auth.type === 'session' || actor.auth.role !== 'read'
}

/** Whether the credential may learn the person's e-mail address: an app only with the scope for it. */
export function mayLearnEmail(auth: ActorAuth): boolean {
  return auth.type === 'session' || auth.oauth === undefined || auth.oauth.scopes.includes('email')
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
