import type { Membership } from '../../kit/http/actor.js'
import { withhold } from './held-back.js'

/** Of whom the platform asks a second factor: nobody, those who run it, or everybody. */
export type MfaRequired = 'nobody' | 'duties' | 'everybody'

/** What a person without a second factor is kept from (rule `security.mfa_required`); nothing for those who have one. */
export interface MfaDemand {
  /** Whether an organisation shows them nothing private. */
  holdsBack(requiresMfa: boolean): boolean
  /** What the platform withholds. */
  needs(runsPlatform: boolean): 'duties' | 'everything' | null
}

export function demandOn(facts: { readonly demanded: MfaRequired; readonly isSecured: boolean }): MfaDemand {
  const { demanded, isSecured } = facts
  return {
    holdsBack: (requiresMfa) => !isSecured && (requiresMfa || demanded === 'everybody'),
    needs: (runsPlatform) => {
      if (isSecured || demanded === 'nobody') return null
      if (demanded === 'everybody') return 'everything'
      return runsPlatform ? 'duties' : null
    },
  }
}

/** Machines have no factors; a session may be as good without one of ours, when whoever vouched for it asked for two. */
export function isSecured(user: { readonly mfaSince: Date | null; readonly kind: string }, isStrong: boolean): boolean {
  return user.mfaSince !== null || isStrong || user.kind === 'service'
}

/** A membership that gives nothing while the organisation asks for a second factor. */
export function holdBack(membership: Membership, demand: MfaDemand): Membership {
  if (!demand.holdsBack(membership.requiresMfa === true)) return membership
  return withhold(membership, 'mfa')
}
