import { AsyncLocalStorage } from 'node:async_hooks'
import { hash } from 'node:crypto'
import { currentRequest, type RequestContext } from '../http/request-context.js'
import type { Actor } from '../http/actor.js'
import type { AuditActor } from './entry.js'

const SERVER: AuditActor = { type: 'system', id: 'server' }
const acting = new AsyncLocalStorage<AuditActor>()

/** Everything `work` records is done by this part of the server (`bootstrap`, `retention`) and nobody else. */
export function actAs<T>(system: string, work: () => T): T {
  return acting.run({ type: 'system', id: system }, work)
}

/** Everything `work` records is done by this program, which shows a credential of its own; where from is that of the request. */
export function actAsProgram<T>(program: AuditActor & { readonly type: 'app' }, work: () => T): T {
  return acting.run(program, work)
}

/** Who is doing what is done now: the part of the server that said so, else whoever asks, else the server. */
export function whoActs(): { readonly actor: AuditActor; readonly request: RequestContext | undefined } {
  const system = acting.getStore()
  if (system) return { actor: system, request: system.type === 'app' ? currentRequest() : undefined }
  const request = currentRequest()
  return { actor: request ? describeActor(request.actor) : SERVER, request }
}

/** The caller of a request as an event names them. */
export function describeActor(actor: Actor): AuditActor {
  if (actor.kind === 'anonymous') return { type: 'anonymous', id: 'anonymous' }
  const { userId, name, auth, impersonator, isService } = actor
  const credential = auth.type === 'session' ? { sessionId: auth.sessionId } : { tokenId: auth.tokenId }
  if (impersonator)
    return { type: 'user', id: impersonator.userId, name: impersonator.name, ...credential, onBehalfOf: userId }
  return { type: isService ? 'service' : 'user', id: userId, name, ...credential }
}

/** Enough to see whether two requests came from the same program; 16 hex digits. */
export function hashUserAgent(userAgent: string): string {
  return hash('sha256', userAgent, 'hex').slice(0, 16)
}
