import { StoaError } from '@stoa/contracts'
import { FetchRefused } from '../../../../kit/http/guarded-fetch.js'
import type { Trail } from '../trail.js'

/** What the library tells of a failure; the deepest cause knows most. */
interface Told {
  readonly code?: unknown
  readonly error?: unknown
  readonly error_description?: unknown
  readonly claim?: unknown
  readonly expected?: unknown
  readonly claims?: unknown
  readonly message?: unknown
  readonly attribute?: unknown
}

const BY_CODE: Readonly<Record<string, string>> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'oidc.claim.exp',
  OAUTH_KEY_SELECTION_FAILED: 'oidc.key',
  OAUTH_UNSUPPORTED_OPERATION: 'oidc.signature',
  OAUTH_TIMEOUT: 'oidc.reach',
  OAUTH_MISSING_SERVER_METADATA: 'oidc.discovery',
}

/** Ends the trail at the check that a thrown error is about; `expected` is what the fallback check had hoped for. */
export function failWith(trail: Trail, error: unknown, fallback: string, expected?: string): never {
  const causes = causesOf(error)
  for (const cause of causes) {
    if (cause instanceof StoaError) return trail.fail(String(cause.detail['check'] ?? fallback), undefined, expected)
    if (cause instanceof FetchRefused) return trail.fail('oidc.reach', `${cause.host}: ${cause.problem}`)
  }
  const told = causes as readonly Told[]
  const claimed = told.find((one) => typeof one.claim === 'string')
  if (claimed) {
    const claims = (claimed.claims ?? {}) as Readonly<Record<string, unknown>>
    const seen = claims[String(claimed.claim)]
    return trail.fail(`oidc.claim.${String(claimed.claim)}`, show(seen), show(claimed.expected))
  }
  const refused = told.find((one) => typeof one.error === 'string')
  if (refused) return trail.fail(fallback, [refused.error, refused.error_description].filter(Boolean).join(': '))
  const messages = told.map((one) => String(one.message ?? '')).join(' ')
  const code = told.map((one) => String(one.code ?? '')).find((one) => one in BY_CODE)
  return trail.fail(
    checkOf(messages) ?? (code === undefined ? fallback : (BY_CODE[code] ?? fallback)),
    firstLine(messages),
    expected,
  )
}

/** The library has one code for several things that people must mend in different places. */
function checkOf(messages: string): string | null {
  if (/signature verification failed/.test(messages)) return 'oidc.signature'
  if (/unexpected JWT "alg"/.test(messages)) return 'oidc.signature'
  const missing = /JWT "(\w+)"[^"]* claim missing/.exec(messages)?.[1]
  if (missing !== undefined) return `oidc.claim.${missing}`
  if (/"iss"/.test(messages)) return 'oidc.issuer'
  if (/"state"/.test(messages)) return 'oidc.state'
  if (/"id_token"/.test(messages)) return 'oidc.id_token'
  if (/nonce/.test(messages)) return 'oidc.claim.nonce'
  return null
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (let cause = error; typeof cause === 'object' && cause !== null && causes.length < 6; ) {
    causes.push(cause)
    cause = (cause as { cause?: unknown }).cause
  }
  return causes
}

const show = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'))
const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''
