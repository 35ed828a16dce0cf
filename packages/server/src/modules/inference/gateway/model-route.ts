import type { Pool } from 'undici'
import type { Actor, UserActor } from '../../../kit/http/actor.js'

/** A value now, or later: warm paths stay free of promises (gateway-speed.md §2.6). */
export type Eventually<T> = T | Promise<T>

/** Goes on at once with a value, or when the promise brings it. */
export function andThen<T, U>(value: Eventually<T>, next: (value: T) => Eventually<U>): Eventually<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Where calls of one model name go, for one caller. */
export interface ModelRoute {
  /** What is sold: `repo:acme/tiny-llama`. */
  readonly resource: string
  readonly endpointId: string | null
  /** The upstream's own name; null when it takes the caller's. */
  readonly upstreamModel: string | null
  /** Most tokens one answer can have. */
  readonly maxOutputTokens: number
  /** Upper bound of the prompt's tokens for a body of so many bytes. */
  inputTokensUpTo(bodyBytes: number): number
  /** The task of the Hugging Face door when the path names none. */
  readonly task: string | null
  /** Something that takes requests; waits for a start where none runs. */
  open(): Eventually<Upstream>
}

/** A server that takes requests: a replica on its socket, or a provider. */
export interface Upstream {
  readonly pool: Pool
  readonly kind: 'replica' | 'provider'
  /** Path in front of `/chat/completions`. */
  readonly prefix: string
  readonly authorization: string | null
  /** Counts calls in flight: what is in use is not stopped. */
  begin(): void
  end(): void
}

export interface ListedModel {
  readonly id: string
  readonly createdAt: Date
  readonly ownedBy: string
  readonly provider: string
  readonly isLive: boolean
  readonly contextTokens: number | null
  readonly task: string | null
}

/** Finds models by the names callers use. Refuses with `ModelNotFound` what is missing or not theirs, alike. */
export interface ModelRouter {
  find(actor: UserActor, name: string): Eventually<ModelRoute>
  list(actor: Actor): Promise<readonly ListedModel[]>
}
