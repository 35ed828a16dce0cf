import { refuse, type SignOnReport, StoaError } from '@stoa/contracts'
import type { Actor } from '../../../kit/http/actor.js'
import type { SsoDeps } from '../deps.js'
import { addIdentity, admitPerson, recordSignOn } from './admit-person.js'
import { useAnswer } from '../queries/sign-ons.js'
import { hashSecret, nameCandidates } from '../../accounts/index.js'
import type { Assertion, Connection } from './connection.js'
import { asksSecondFactor, describePerson } from './mapping.js'
import { type OpenAttempt, openAttempt } from './open-attempt.js'
import { type Admission, planAdmission } from './plan-admission.js'
import { createTrail, type Trail } from './trail.js'

export interface Finish {
  readonly connectionId: string
  readonly answer: string
  readonly browserSecret: string | null
  readonly actor: Actor
}

/** How a sign-in ended. */
export type Finished =
  | {
      readonly outcome: 'signed_in'
      readonly userId: string
      readonly connectionId: string
      readonly asksSecondFactor: boolean
      readonly next: string
    }
  | { readonly outcome: 'linked'; readonly next: string }
  | { readonly outcome: 'tested'; readonly report: SignOnReport; readonly back: string }

/**
 * Ends an attempt with what the provider sent back. Throws `SignOnExpired` when it is nobody's, `SignOnFailed` with the name
 * of the check, `SignOnNoAccount`, `SignOnNoRole`, `SignOnLinkNeeded`, `SignOnTaken`. A test throws nothing of these.
 */
export async function finishSignOn(deps: SsoDeps, finish: Finish): Promise<Finished> {
  const attempt = await openAttempt(deps, finish)
  if (attempt.purpose === 'test')
    return { outcome: 'tested', report: await reportTest(deps, attempt), back: attempt.facts.next }
  const { connection, facts } = attempt
  const assertion = await verify(deps, attempt)
  if (attempt.purpose === 'link') {
    await link(deps, connection, assertion, attempt.userId ?? '')
    return { outcome: 'linked', next: facts.next }
  }
  const known = { ...deps, isSignUpOpen: (await deps.accounts.settings.signUp()) === 'open' }
  const admitted = await deps.write((tx) => admitPerson(tx, known, connection, assertion))
  if ('refusal' in admitted) throw admitted.refusal
  const asks = asksSecondFactor(connection.secondFactor, assertion.amr)
  return {
    outcome: 'signed_in',
    userId: admitted.userId,
    connectionId: connection.id,
    asksSecondFactor: asks,
    next: facts.next,
  }
}

/** A failure is on the record, so that admins see why people do not come in. */
async function verify(deps: SsoDeps, { connection, ...attempt }: OpenAttempt): Promise<Assertion> {
  try {
    return await attempt.verify(createTrail())
  } catch (error) {
    const check = error instanceof StoaError ? String(error.detail['check'] ?? error.code) : null
    if (check === null) throw error
    await deps.write((tx) => recordSignOn(tx, deps, connection, { userId: null, outcome: 'failed', reason: check }))
    throw error
  }
}

async function link(deps: SsoDeps, connection: Connection, assertion: Assertion, userId: string): Promise<void> {
  const { email } = describePerson(assertion, connection.mapping)
  const answer = {
    connectionId: connection.id,
    answerHash: hashSecret(assertion.answerId),
    expiresAt: assertion.answerEndsAt,
  }
  await deps.write(async (tx) => {
    if (!(await useAnswer(tx, answer))) throw refuse('SignOnFailed', undefined, { check: 'replay' })
    await addIdentity(tx, deps, connection, { userId, subject: assertion.subject, email })
  })
}

/** Looks at everything a sign-in would look at, tells it, and changes nothing. */
async function reportTest(deps: SsoDeps, { connection, ...attempt }: OpenAttempt): Promise<SignOnReport> {
  const trail = createTrail()
  let mapped: SignOnReport['mapped'] = null
  try {
    const assertion = await attempt.verify(trail)
    mapped = await describeOutcome(deps, connection, assertion, trail)
  } catch (error) {
    if (!(error instanceof StoaError)) throw error
    if (!trail.steps.some(({ outcome }) => outcome === 'failed')) throw error
  }
  const { id, name, protocol } = connection
  return { connection: { id, name, protocol }, steps: [...trail.steps], received: [...trail.received], mapped }
}

async function describeOutcome(
  deps: SsoDeps,
  connection: Connection,
  assertion: Assertion,
  trail: Trail,
): Promise<SignOnReport['mapped']> {
  const isSignUpOpen = (await deps.accounts.settings.signUp()) === 'open'
  const admission = await planAdmission(deps.db, { ...deps, isSignUpOpen }, connection, assertion)
  const { described, isEmailBelieved, rights, plan } = admission
  if (described.email === null) trail.note('map.email')
  else if (isEmailBelieved) trail.ok('map.domain', described.email)
  else trail.note('map.domain', described.email)
  if (described.groups.length === 0 && connection.mapping.roles.length > 0) trail.note('map.groups')
  const known = 'userId' in plan ? await deps.accounts.people.find(deps.db, plan.userId) : null
  trail[`${'code' in plan ? 'note' : 'ok'}`](`map.account.${plan.account}`, 'code' in plan ? plan.code : known?.name)
  return {
    subject: assertion.subject,
    email: described.email,
    emailIsBelieved: isEmailBelieved,
    fullname: described.fullname,
    groups: [...described.groups],
    account: plan.account,
    name:
      known?.name ??
      (plan.account === 'created' ? (nameCandidates([described.name, described.email])[0] ?? null) : null),
    role: rights.role,
    resourceGroups: await knownGroups(deps, connection, admission, trail),
    asksSecondFactor: asksSecondFactor(connection.secondFactor, assertion.amr),
  }
}

async function knownGroups(deps: SsoDeps, { orgId }: Connection, { rights }: Admission, trail: Trail) {
  const found: { group: string; role: string }[] = []
  for (const [group, role] of rights.groups) {
    if (role === null || orgId === null) continue
    if (await deps.orgs.findResourceGroupByName(deps.db, orgId, group)) found.push({ group, role })
    else trail.note('map.resource_group', group)
  }
  return found
}
