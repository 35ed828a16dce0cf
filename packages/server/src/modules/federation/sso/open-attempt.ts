import { timingSafeEqual } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import type { Actor } from '../../../kit/http/actor.js'
import { hashSecret } from '../../accounts/index.js'
import type { SsoDeps } from '../deps.js'
import { type AttemptRow, claimAttempt, storeAnswer } from '../queries/sign-ons.js'
import { findConnection } from '../queries/connections.js'
import { type AttemptFacts, isOpen } from './begin-sign-on.js'
import type { Assertion, Connection } from './connection.js'
import { openForAttempt, sealForAttempt } from './secrets.js'
import type { Trail } from './trail.js'

/** An attempt that was taken for good, and what was answered to it. */
export interface OpenAttempt {
  readonly purpose: AttemptRow['purpose']
  readonly userId: string | null
  readonly connection: Connection
  readonly facts: AttemptFacts
  /** Checks the answer step by step. Throws `SignOnFailed`. */
  verify(trail: Trail): Promise<Assertion>
}

interface Finish {
  readonly connectionId: string
  /** The query the provider (or our own hop after a post) sent the browser with. */
  readonly answer: string
  readonly browserSecret: string | null
  readonly actor: Actor
}

/**
 * Takes the attempt an answer belongs to. It works once, in the browser that began it, for the connection that was asked,
 * and for links and tests only while the same person is signed in. Throws `SignOnExpired`.
 */
export async function openAttempt(deps: SsoDeps, finish: Finish): Promise<OpenAttempt> {
  const query = new URLSearchParams(finish.answer)
  const [posted, state] = [query.get('answer'), query.get('state')]
  const by = posted === null ? { stateHash: hashSecret(state ?? '') } : { answerHash: hashSecret(posted) }
  const attempt = await deps.write((tx) => claimAttempt(tx, by, deps.clock.now()))
  if (!attempt || attempt.connectionId !== finish.connectionId) throw refuse('SignOnExpired')
  const isSameBrowser = finish.browserSecret !== null && isEqual(hashSecret(finish.browserSecret), attempt.browserHash)
  const isSamePerson = attempt.userId === null || isSession(finish.actor, attempt.userId)
  const connection = isSameBrowser && isSamePerson ? await findConnection(deps.db, attempt.connectionId) : null
  if (!connection || !(await isOpen(deps, connection, attempt.purpose))) throw refuse('SignOnExpired')
  const facts = JSON.parse(openForAttempt(deps.instanceKey, attempt.stateHash, attempt.factsSealed)) as AttemptFacts
  return {
    purpose: attempt.purpose,
    userId: attempt.userId,
    connection,
    facts,
    verify: async (trail) => {
      trail.ok('state')
      if (connection.protocol === 'oidc')
        return deps.oidc.verify(
          trail,
          connection,
          { state: state ?? '', nonce: facts.nonce, verifier: facts.verifier },
          query,
        )
      if (attempt.answerSealed === null) return trail.fail('saml.encoding', 'nothing was posted')
      const response = openForAttempt(deps.instanceKey, attempt.stateHash, attempt.answerSealed)
      return deps.saml.verify(trail, connection, facts.requestId, response)
    },
  }
}

/** Keeps what a SAML provider posted for the browser that began; the code it comes back with. Throws `SignOnExpired`. */
export async function keepPosted(
  deps: SsoDeps,
  posted: {
    readonly connectionId: string
    readonly relayState: string
    readonly response: string
    readonly code: string
  },
): Promise<void> {
  const stateHash = hashSecret(posted.relayState)
  const isKept = await deps.write((tx) =>
    storeAnswer(tx, {
      stateHash,
      connectionId: posted.connectionId,
      answerHash: hashSecret(posted.code),
      answerSealed: sealForAttempt(deps.instanceKey, stateHash, posted.response),
      now: deps.clock.now(),
    }),
  )
  if (!isKept) throw refuse('SignOnExpired')
}

const isEqual = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

const isSession = (actor: Actor, userId: string): boolean =>
  actor.kind === 'user' && actor.userId === userId && actor.auth.type === 'session' && !actor.impersonator
