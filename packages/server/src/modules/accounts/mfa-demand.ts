import { refuse, type StoaError } from '@stoa/contracts'
import type { Actor, Membership } from '../../kit/http/actor.js'

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
  return { ...membership, role: 'no_access', duties: [], groups: [], heldBack: 'mfa' }
}

/** The membership in an organisation of this name that gives nothing now. */
export function findHeldBack(actor: Actor, orgName: string): Membership | undefined {
  if (actor.kind === 'anonymous') return undefined
  return actor.memberships.find((one) => one.heldBack !== undefined && one.name.toLowerCase() === orgName.toLowerCase())
}

/** A membership that gives nothing through a credential that does not come from the organisation's sign-on. */
export function awaitSignOn(membership: Membership): Membership {
  return { ...membership, role: 'no_access', duties: [], groups: [], heldBack: 'sso' }
}

/** The refusal of a member of whom the organisation asks more: its own sign-on, or a second factor. */
export function refuseHeldBack({ name: orgName, heldBack }: Pick<Membership, 'name' | 'heldBack'>): StoaError {
  if (heldBack === 'sso') {
    const where = `Open /organizations/${orgName}/sign-on in a browser and sign in there`
    return refuse(
      'SignOnRequired',
      `${orgName} asks its members to come through its own sign-on. ${where}, then use a token made in that session.`,
    )
  }
  const how = 'Add a passkey or an authenticator app under Settings, Security.'
  return refuse('SecondFactorRequired', `${orgName} asks its members for two-factor sign-in. ${how}`)
}
