/** Why a file could not be read: `malformed` breaks its format, `too_large` passes a named cap, `unsupported` is valid but not handled. */
export type FormatErrorReason = 'malformed' | 'too_large' | 'unsupported'

/** Thrown by every reader of this package for hostile or damaged input; anything else it throws is a bug. */
export class FormatError extends Error {
  readonly reason: FormatErrorReason

  constructor(reason: FormatErrorReason, message: string) {
    super(message)
    this.name = 'FormatError'
    this.reason = reason
  }
}

/** A `FormatError` of reason `malformed`. */
export function malformed(message: string): FormatError {
  return new FormatError('malformed', message)
}

/** A `FormatError` of reason `too_large`. */
export function tooLarge(message: string): FormatError {
  return new FormatError('too_large', message)
}
