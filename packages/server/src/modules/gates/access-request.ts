/** What became of a request to be let into a gated repository. */
export type AccessStatus = 'pending' | 'accepted' | 'rejected'

/** Answers to the form of a gate, by the label of the field. */
export type AccessAnswers = Readonly<Record<string, string | boolean>>

/** Somebody at the gate of a repository; one per person and repository. */
export interface AccessRequest {
  readonly id: string
  readonly repoId: string
  readonly userId: string
  readonly status: AccessStatus
  readonly fields: AccessAnswers
  /** Let in by the owner without having asked. */
  readonly isGrant: boolean
  readonly requestedAt: Date
  readonly reviewedBy: string | null
  readonly reviewedAt: Date | null
  readonly rejectionReason: string | null
  /** When a letter told the owner; null until then, and for what nobody asked. */
  readonly toldAt: Date | null
}

/**
 * The state after asking, of somebody who stands at the gate already or not yet (null); null when asking changes nothing.
 * Whoever was turned away stays so until the owner thinks again.
 */
export function stateAfterAsking(
  before: AccessStatus | null,
  gate: 'auto' | 'manual',
): Extract<AccessStatus, 'pending' | 'accepted'> | null {
  if (before === 'accepted' || before === 'rejected') return null
  return gate === 'auto' ? 'accepted' : 'pending'
}
