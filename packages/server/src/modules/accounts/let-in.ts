import type { SessionView } from '@stoa/contracts'
import type { FastifyReply } from 'fastify'
import type { AccountsDeps } from './deps.js'
import type { PlatformSettings } from './platform-settings.js'
import { renderSessionCookie } from './read-credentials.js'
import { buildSessionView } from './session-view.js'
import type { Entry } from './second-factors.js'
import { openSession, SESSION_MAX_S } from './sign-in.js'

export interface LetInDeps extends AccountsDeps {
  readonly settings: PlatformSettings
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
