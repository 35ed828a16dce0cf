import type { ServerResponse } from 'node:http'
import { refuse, StoaError } from '@stoa/contracts'
import { DIALECTS } from '../../../kit/http/dialects.js'

const LOADING_SECONDS = 20

/** Headers of every answer of the doors, as the flat list `writeHead` takes fastest. */
export function commonHeaders(requestId: string, isBrowser: boolean): string[] {
  const headers = ['x-request-id', requestId, 'openai-version', '2020-10-01', 'x-content-type-options', 'nosniff']
  if (isBrowser) headers.push('access-control-allow-origin', '*', 'access-control-expose-headers', EXPOSED)
  return headers
}

const EXPOSED = 'x-request-id, x-stoa-cost-micros, openai-processing-ms, openai-version, retry-after'

/** Anything thrown on the way, as a refusal; what is not one is a bug and is logged by the caller. */
export function toRefusal(error: unknown): StoaError {
  if (error instanceof StoaError) return error
  return refuse('Internal')
}

/** Writes a refusal in the dialect of the door. */
export function sendRefusal(
  response: ServerResponse,
  dialect: 'openai' | 'inference',
  refusal: StoaError,
  requestId: string,
): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const rendered = DIALECTS[dialect](refusal, requestId)
  const isLoading = refusal.code === 'ModelLoading' && dialect === 'inference'
  const body = isLoading ? { ...(rendered.body as object), estimated_time: LOADING_SECONDS } : rendered.body
  const bytes = Buffer.from(JSON.stringify(body))
  const isBrowser = response.req.headers.origin !== undefined
  response.writeHead(rendered.status, [
    ...commonHeaders(requestId, isBrowser),
    ...Object.entries(rendered.headers).flat(),
    'content-type',
    rendered.contentType,
    'content-length',
    String(bytes.length),
  ])
  response.end(bytes)
}

/** The frame that ends a stream after its headers went out: SDKs throw it with our code. */
export function errorFrame(refusal: StoaError): Buffer {
  const { body } = DIALECTS.openai(refusal, '')
  return Buffer.from(`data: ${JSON.stringify(body)}\n\n`)
}
