import { refuse } from '@stoa/contracts'

/** An opaque place in a list. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** The parts of a cursor as text. Throws `InvalidRequest` for anything we did not write. */
export function readCursor(text: string | undefined, length: number): string[] | null {
  if (text === undefined) return null
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(parts) && parts.length === length && parts.every(isPart)) return parts.map(String)
  } catch {
    // Falls through to the refusal: not JSON is as wrong as another shape.
  }
  throw refuse('InvalidRequest', 'This cursor is not valid. Start the list again.')
}

function isPart(part: unknown): boolean {
  return typeof part === 'string' || (typeof part === 'number' && Number.isSafeInteger(part) && part >= 0)
}

/** The instant in a cursor. */
export function cursorInstant(text: string | undefined): Date {
  const at = new Date(text ?? '')
  if (Number.isNaN(at.getTime())) throw refuse('InvalidRequest', 'This cursor is not valid. Start the list again.')
  return at
}
