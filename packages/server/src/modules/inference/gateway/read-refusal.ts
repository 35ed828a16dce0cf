import { refuse, type StoaError } from '@stoa/contracts'

const PASSED_ON = new Set([400, 404, 409, 413, 415, 422, 429])
const MAX_MESSAGE = 2_000

/** An upstream's error as ours: the caller's mistakes are passed on, the upstream's own become 502. Nothing is billed. */
export function readUpstreamRefusal(
  status: number,
  body: Buffer,
  retryAfter: string | null,
  kind: 'replica' | 'provider',
): StoaError {
  const { message, param, code, type } = readError(body)
  const headers = retryAfter === null ? {} : { 'retry-after': retryAfter }
  if (status === 429)
    return refuse(
      'RateLimited',
      message ?? 'The provider is busy.',
      { code: code ?? 'rate_limit_exceeded' },
      { headers },
    )
  if (PASSED_ON.has(status)) {
    const detail = { param, code: code ?? 'invalid_request', ...(type === null ? {} : { type }) }
    return refuse('InvalidRequest', message ?? 'The model refused this request.', detail, { status })
  }
  if (kind === 'replica' && status === 503) {
    return refuse(
      'ServerOverloaded',
      message ?? undefined,
      { code: 'server_overloaded' },
      { headers: { 'retry-after': '1' } },
    )
  }
  if (kind === 'replica')
    return refuse('Internal', message ?? 'The model failed on this request.', { code: code ?? 'runtime_error' })
  const why = status === 401 || status === 403 ? 'refused its key' : `answered ${status}`
  return refuse('UpstreamFailed', `The provider of this model ${why}. Nothing was charged.`, { code: 'upstream_error' })
}

interface UpstreamError {
  readonly message: string | null
  readonly param: string | null
  readonly code: string | null
  readonly type: string | null
}

function readError(body: Buffer): UpstreamError {
  try {
    const parsed = JSON.parse(body.toString('utf8')) as { error?: unknown; message?: unknown }
    const error = (typeof parsed.error === 'object' && parsed.error !== null ? parsed.error : parsed) as Record<
      string,
      unknown
    >
    return {
      message: text(error['message'] ?? parsed.error),
      param: text(error['param']),
      code: text(error['code']),
      type: text(error['type']),
    }
  } catch {
    return { message: null, param: null, code: null, type: null }
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, MAX_MESSAGE) : null
}
