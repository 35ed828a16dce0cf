import type { EventText } from '@stoa/formats'

/** A value about a person: it is kept apart from the chain, so that it can be destroyed without breaking it. */
export class Personal {
  readonly subjectId: string
  readonly value: string | null

  constructor(subjectId: string, value: string | null) {
    this.subjectId = subjectId
    this.value = value
  }
}

/** Marks a value as one about this person (an account's id). */
export function personal(subjectId: string, value: string | null | undefined): Personal {
  return new Personal(subjectId, value ?? null)
}

/** What an event may hold. Secrets are never among it: say that a secret changed, not what it is. */
export type AuditValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Personal
  | readonly AuditValue[]
  | { readonly [key: string]: AuditValue }

export type AuditFacts = Readonly<Record<string, AuditValue>>

/** Who did it: a person with a credential, the server itself, or somebody unknown. */
export interface AuditActor {
  readonly type: 'user' | 'service' | 'app' | 'system' | 'anonymous'
  /** An account's id, or the name of the part of the server. */
  readonly id: string
  readonly name?: string
  readonly tokenId?: string
  readonly sessionId?: string
  /** The person in whose place this one acts. */
  readonly onBehalfOf?: string
}

/** One thing that happened (trust.md §3). */
export interface AuditEntry {
  /** `platform`, or the account concerned: an organisation has a chain of its own, a person's events go to the platform's. */
  readonly chain: string
  /** `scope.verb`, in the Hub's words where it has some: `repo.create`, `org.add_user`, `auth.token.revoke`. */
  readonly action: string
  readonly target: { readonly type: string; readonly id: string; readonly name?: string | Personal }
  /** Only what changed. */
  readonly before?: AuditFacts
  readonly after?: AuditFacts
  readonly outcome?: 'success' | 'denied' | 'failed'
  readonly rule?: string
  readonly reason?: string
  /** Who did it, when it is not whoever asks now. */
  readonly actor?: AuditActor
}

/** What is written: the event's text around the chain's own members, and values to seal. */
export interface WrittenEvent {
  readonly chain: string
  readonly id: string
  readonly at: Date
  readonly action: string
  readonly outcome: string
  readonly actorId: string | null
  readonly targetType: string
  readonly targetId: string
  readonly text: EventText
  readonly sealed: readonly { readonly subjectId: string; readonly bytes: Buffer }[]
}
