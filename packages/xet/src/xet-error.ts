/** Bytes that are not what the protocol allows; the message is fit for the uploader. */
export class XetFormatError extends Error {
  override readonly name = 'XetFormatError'
}

export function formatProblem(message: string): XetFormatError {
  return new XetFormatError(message)
}
