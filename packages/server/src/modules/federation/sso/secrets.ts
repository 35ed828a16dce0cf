import { openSecret, sealSecret } from '../../../kit/sealed-secret.js'
import type { Connection } from './connection.js'

const label = { secret: 'stoa.federation.client-secret', attempt: 'stoa.federation.attempt' }

/** Seals a client secret for its connection alone. */
export const sealClientSecret = (instanceKey: Buffer, connectionId: string, secret: string): string =>
  sealSecret(instanceKey, { label: label.secret, subject: connectionId }, secret)

export function openClientSecret(
  instanceKey: Buffer,
  connection: Pick<Connection, 'id' | 'secretSealed'>,
): string | null {
  if (connection.secretSealed === null) return null
  return openSecret(instanceKey, { label: label.secret, subject: connection.id }, connection.secretSealed)
}

/** Seals what one attempt needs to remember, or was answered. */
export const sealForAttempt = (instanceKey: Buffer, attemptKey: string, text: string): string =>
  sealSecret(instanceKey, { label: label.attempt, subject: attemptKey }, text)

export const openForAttempt = (instanceKey: Buffer, attemptKey: string, sealed: string): string =>
  openSecret(instanceKey, { label: label.attempt, subject: attemptKey }, sealed)
