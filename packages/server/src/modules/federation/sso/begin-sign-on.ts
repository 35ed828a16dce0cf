import { randomBytes } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import { findAccountRowById, hashSecret, makeLinkSecret } from '../../accounts/index.js'
import type { SsoDeps } from '../deps.js'
import { type AttemptRow, insertAttempt } from '../queries/sign-ons.js'
import type { Connection } from './connection.js'
import { sealForAttempt } from './secrets.js'
import { createTrail } from './trail.js'

/** How long somebody may take at the provider. */
export const ATTEMPT_MS = 10 * 60_000

/** What an attempt remembers until the answer. */
export interface AttemptFacts {
  readonly nonce: string
  readonly verifier: string
  readonly requestId: string
  /** Path to go to afterwards. */
  readonly next: string
}

interface Start {
  readonly connection: Connection
  readonly purpose: AttemptRow['purpose']
  /** Who links or tests. */
  readonly userId: string | null
  readonly next: string
  /** The secret in the cookie of the browser that begins. */
  readonly browserSecret: string
  readonly loginHint?: string | undefined
}

/** Begins a sign-in at a connection's provider; where to send the browser. Throws `SignOnFailed`. */
export async function beginSignOn(deps: SsoDeps, start: Start): Promise<string> {
  const { connection, purpose, userId } = start
  if (!(await isOpen(deps, connection, purpose))) throw refuse('ConnectionNotFound')
  const state = makeLinkSecret()
  const facts: AttemptFacts = {
    nonce: makeLinkSecret(),
    verifier: makeLinkSecret(),
    requestId: `_${randomBytes(20).toString('hex')}`,
    next: safePath(start.next),
  }
  const to = await addressFor(deps, start, state, facts)
  const createdAt = deps.clock.now()
  const stateHash = hashSecret(state)
  await deps.write((tx) =>
    insertAttempt(tx, {
      id: deps.ids.next(),
      connectionId: connection.id,
      purpose,
      userId,
      stateHash,
      browserHash: hashSecret(start.browserSecret),
      factsSealed: sealForAttempt(deps.instanceKey, stateHash, JSON.stringify(facts)),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + ATTEMPT_MS),
    }),
  )
  return to
}

/** Whether anybody may come through: it is switched on (or tried), and its organisation is there. */
export async function isOpen(
  deps: Pick<SsoDeps, 'db'>,
  { isEnabled, orgId }: Connection,
  purpose: AttemptRow['purpose'],
): Promise<boolean> {
  if (!isEnabled && purpose !== 'test') return false
  return orgId === null || (await findAccountRowById(deps.db, orgId))?.state === 'active'
}

function addressFor(deps: SsoDeps, start: Start, state: string, facts: AttemptFacts): Promise<string> {
  const { connection, loginHint } = start
  if (connection.protocol === 'saml') return deps.saml.begin(connection, facts.requestId, state)
  return deps.oidc.begin(createTrail(), connection, { state, ...facts }, loginHint)
}

/** A path of our own pages; anything else leads home. */
export function safePath(next: string): string {
  return /^\/(?![/\\])[^\\\s]*$/.test(next) && next.length <= 2000 ? next : '/'
}
