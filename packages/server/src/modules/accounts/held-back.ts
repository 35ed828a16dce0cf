import { refuse, type StoaError } from '@stoa/contracts'
import type { Actor, HeldBack, Membership, UserActor } from '../../kit/http/actor.js'
import { type CredentialLimits, listBarred } from './authz/token-policy.js'

/** A membership that gives nothing now. */
export function withhold(membership: Membership, why: HeldBack): Membership {
  return { ...membership, role: 'no_access', duties: [], groups: [], heldBack: why }
}

/** The actor as organisations let them act with this credential from this address. */
export function limitActor(actor: UserActor, limits: CredentialLimits, address: string, now: Date): UserActor {
  const barred = listBarred(limits, address, now)
  if (barred.length === 0) return actor
  const { brokenGlass } = actor
  return {
    ...actor,
    barred,
    memberships: actor.memberships.map((membership) => {
      const why = barred.find(({ accountId }) => accountId === membership.accountId)?.why
      return why === undefined || membership.heldBack ? membership : withhold(membership, why)
    }),
    ...(brokenGlass ? { brokenGlass: brokenGlass.filter((id) => !barred.some((one) => one.accountId === id)) } : {}),
  }
}

/** Why this credential reaches nothing private of an account; null when it is not kept from it. */
export function barredFrom(actor: UserActor, accountId: string): HeldBack | null {
  return actor.barred?.find((one) => one.accountId === accountId)?.why ?? null
}

/** An organisation that keeps somebody out for now, and why. */
interface HeldBackBy {
  readonly name: string
  readonly heldBack: HeldBack
}

/** The organisation of this name that lets the actor reach nothing now. */
export function findHeldBack(actor: Actor, orgName: string): HeldBackBy | undefined {
  if (actor.kind === 'anonymous') return undefined
  const wanted = orgName.toLowerCase()
  const member = actor.memberships.find((one) => one.heldBack !== undefined && one.name.toLowerCase() === wanted)
  if (member?.heldBack) return { name: member.name, heldBack: member.heldBack }
  const barred = actor.barred?.find((one) => one.name.toLowerCase() === wanted)
  return barred && { name: barred.name, heldBack: barred.why }
}

const REFUSALS: Readonly<Record<HeldBack, (org: string) => StoaError>> = {
  mfa: (org) =>
    refuse(
      'SecondFactorRequired',
      `${org} asks its members for two-factor sign-in. Add a passkey or an authenticator app under Settings, Security.`,
    ),
  sso: (org) =>
    refuse(
      'SignOnRequired',
      `${org} asks its members to come through its own sign-on. Open /organizations/${org}/sign-on in a browser and sign in there, then use a token made in that session.`,
    ),
  ip: (org) => refuse('AddressNotAllowed', `${org} is reached from its own networks only.`),
  'token-policy': (org) =>
    refuse(
      'TokenNotAccepted',
      `${org} does not let this access token in: an admin has to approve it, or it is of a kind or age that is not let in.`,
    ),
  'token-revoked': (org) =>
    refuse('TokenNotAccepted', `An admin of ${org} has taken this access token what it reached there.`),
}

/** The refusal of somebody an organisation keeps out for now: what is missing, in words. */
export function refuseHeldBack({ name, heldBack }: HeldBackBy): StoaError {
  return REFUSALS[heldBack](name)
}
