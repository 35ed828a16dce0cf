import type { IncomingHttpHeaders } from 'node:http'

const MAX_ECHO = 200
const LEGAL = /^[\x21-\x7e]+$/

/** The answer's `X-Request-Id`: the caller's own echoed, else its trace id contained, else ours (hub-api 1.1). */
export function requestIdFor(headers: IncomingHttpHeaders, own: string): string {
  const echoed = legal(headers['x-request-id'])
  if (echoed) return echoed
  const trace = legal(headers['x-amzn-trace-id'])
  return trace ? `Root=${own};${trace}` : own
}

function legal(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value.length <= MAX_ECHO && LEGAL.test(value) ? value : null
}
