import { ERRORS, type ErrorCode, refuse, type Route, StoaError } from '@stoa/contracts'
import type { z } from 'zod'
import { fillPath, queryText } from './address.js'

type Input<T> = T extends z.ZodType ? z.input<T> : never
type Part<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType
  ? Record<string, never> extends Input<R[K]>
    ? { [key in K]?: Input<R[K]> }
    : { [key in K]: Input<R[K]> }
  : unknown

/** Arguments of a call: exactly the parts its contract declares. */
export type CallArgs<R extends Route> = Part<R, 'params'> & Part<R, 'query'> & Part<R, 'body'> & CallOptions

export interface CallOptions {
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

export type Answer<R extends Route> = R['response'] extends z.ZodType ? z.output<R['response']> : undefined

export interface ClientOptions {
  /** Address of the platform, without a slash at the end; empty in a browser on the platform's own pages. */
  readonly baseUrl: string
  readonly token?: string
  readonly fetch?: typeof fetch
}

export interface Client {
  /** Calls a route; answers its parsed body, throws `StoaError` with the server's code on a refusal. */
  call<R extends Route>(route: R, args: CallArgs<R>): Promise<Answer<R>>
  /** The raw answer, for bytes, streams and headers. Throws `StoaError` on a refusal. */
  send(route: Route, args: Loose): Promise<Response>
}

interface Loose extends CallOptions {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
}

export function createClient(options: ClientOptions): Client {
  const send = async (route: Route, args: Loose): Promise<Response> => {
    const path = fillPath(route.path, (args.params ?? {}) as Record<string, unknown>)
    const request: RequestInit = { method: route.method, headers: headersOf(options, args) }
    if (args.signal) request.signal = args.signal
    if (args.body !== undefined) request.body = JSON.stringify(args.body)
    const doFetch = options.fetch ?? fetch
    const answer = await doFetch(`${options.baseUrl}${path}${queryText(args.query)}`, request)
    if (!answer.ok) throw await refusalOf(answer)
    return answer
  }
  return {
    send,
    call: async (route, args) => {
      const answer = await send(route, args as Loose)
      const text = await answer.text()
      return (text === '' ? undefined : JSON.parse(text)) as never
    },
  }
}

function headersOf(options: ClientOptions, args: Loose): Record<string, string> {
  return {
    ...(args.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    ...args.headers,
  }
}

/** The fields of a refusal in any of our dialects. */
interface RefusalBody {
  readonly error?: string | RefusalBody
  readonly code?: string
  readonly message?: string
  readonly detail?: Record<string, unknown>
}

async function refusalOf(answer: Response): Promise<StoaError> {
  const body = (await answer.json().catch(() => ({}))) as RefusalBody
  const inner = typeof body.error === 'object' ? body.error : body
  const code = inner.code ?? answer.headers.get('x-error-code') ?? 'Internal'
  const text = typeof body.error === 'string' ? body.error : `The server answered ${answer.status}.`
  const known = code in ERRORS ? (code as ErrorCode) : 'Internal'
  const requestId = answer.headers.get('x-request-id')
  return refuse(known, inner.message ?? text, { ...inner.detail, code, requestId }, { status: answer.status })
}
