import { ERRORS, type ErrorCode, type ErrorMeaning } from './registry.js'

/** A refusal: something the caller may be told. Anything else that is thrown is a bug and answers 500. */
export class StoaError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly detail: Readonly<Record<string, unknown>>
  /** Extra response headers (`Retry-After`, `WWW-Authenticate`). */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ErrorCode,
    message: string,
    status: number,
    detail: Record<string, unknown>,
    headers: Record<string, string>,
  ) {
    super(message)
    this.name = 'StoaError'
    this.code = code
    this.status = status
    this.detail = detail
    this.headers = headers
  }
}

/** What a refusal may carry besides its code. `status` overrides the registry's (a private repo is 401 for the anonymous, 404 for others). */
export interface RefusalOptions {
  readonly status?: number
  readonly headers?: Record<string, string>
}

/** Makes the refusal of a registered code; the caller throws it. */
export function refuse(
  code: ErrorCode,
  message?: string,
  detail: Record<string, unknown> = {},
  options: RefusalOptions = {},
): StoaError {
  const meaning: ErrorMeaning = ERRORS[code]
  return new StoaError(
    code,
    message ?? meaning.message,
    options.status ?? meaning.status,
    detail,
    options.headers ?? {},
  )
}
