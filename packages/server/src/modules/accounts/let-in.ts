import type { SecondStep, SessionView } from '@stoa/contracts'
import type { FastifyReply } from 'fastify'
import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import type { PlatformSettings } from './platform-settings.js'
import { renderSessionCookie } from './read-credentials.js'
import { buildSessionView } from './session-view.js'
import { openSession, SESSION_MAX_S, type Visitor } from './sign-in.js'

/** Somebody who has shown who they are, by a first factor at least. */
export interface Entry {
  readonly userId: string
  readonly visitor: Visitor
  /** How, for the record: `password`, `passkey`, `link`, `sso`, `totp`, `recovery`. */
  readonly factors: readonly string[]
  /** Two factors were shown, or one that is as good: nothing more is asked. */
  readonly isStrong?: boolean
}

/** What the module of second factors adds to a sign-in; until it is provided nobody has any. */
export interface SecondFactors {
  /** What is asked after a first factor, with the cookie that remembers the first; null for people without second ones. */
  begin(entry: Entry): Promise<{ readonly step: SecondStep; readonly cookie: string } | null>
  /** Forgets all of somebody's, on the record. */
  clear(tx: Tx, userId: string, reason: string): Promise<void>
}

export const NO_SECOND_FACTORS: SecondFactors = { begin: async () => null, clear: async () => {} }

export interface LetInDeps extends AccountsDeps {
  readonly settings: PlatformSettings
  secondFactors(): SecondFactors
}

/**
 * The one way into a session: asks for the second factor of whoever has one (the view then shows a visitor and what is
 * pending, and a cookie that opens no door is set), else opens the session and sets its cookie.
 */
export async function letIn(deps: LetInDeps, reply: FastifyReply, entry: Entry): Promise<SessionView> {
  const begun = entry.isStrong ? null : await deps.secondFactors().begin(entry)
  reply.header('cache-control', 'no-store')
  if (begun) {
    reply.header('set-cookie', begun.cookie)
    return { ...(await buildSessionView(deps, null)), pending: begun.step }
  }
  const secret = await deps.write((tx) => openSession(tx, deps, entry))
  reply.header('set-cookie', renderSessionCookie(deps.publicUrl(), secret, SESSION_MAX_S))
  return buildSessionView(deps, { userId: entry.userId, isStrong: entry.isStrong === true })
}
