import { openSecret, sealSecret } from '../../../kit/sealed-secret.js'

const LABEL = 'stoa.inference.provider-key'

/** Seals a provider's key for the database, bound to the provider. */
export function sealKey(instanceKey: Buffer, providerId: string, secret: string): string {
  return sealSecret(instanceKey, { label: LABEL, subject: providerId }, secret)
}

/** Opens what `sealKey` made; throws when the row was moved, changed, or sealed by another instance. */
export function openKey(instanceKey: Buffer, providerId: string, sealed: string): string {
  return openSecret(instanceKey, { label: LABEL, subject: providerId }, sealed)
}
