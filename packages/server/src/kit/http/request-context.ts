import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from './actor.js'

/** Who asks for what is being done now. */
export interface RequestContext {
  readonly actor: Actor
  readonly address: string
  readonly userAgent: string
  readonly requestId: string
}

const storage = new AsyncLocalStorage<RequestContext>()

/** Everything `work` does, at whatever depth, finds this with `currentRequest`. */
export function runInRequest<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work)
}

/** The request being answered; undefined in background work. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore()
}
