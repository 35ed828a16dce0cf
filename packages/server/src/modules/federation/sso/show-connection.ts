import type { ConnectionView } from '@stoa/contracts'
import { readCertificate } from './certificate.js'
import { addressesOf, type Connection } from './connection.js'

/** A connection as its admins see it; nothing of the secret. */
export function showConnection(connection: Connection, publicUrl: string, people: number): ConnectionView {
  const { id, protocol, name, isEnabled, createsAccounts, secondFactor, mapping, createdAt } = connection
  return {
    id,
    protocol,
    name,
    enabled: isEnabled,
    createsAccounts,
    secondFactor,
    mapping,
    oidc:
      connection.protocol === 'oidc' ? { ...connection.settings, hasSecret: connection.secretSealed !== null } : null,
    saml:
      connection.protocol === 'saml'
        ? { ...connection.settings, certificates: connection.settings.certificates.map(showCertificate) }
        : null,
    copy: addressesOf(publicUrl, connection),
    people,
    createdAt: createdAt.toISOString(),
  }
}

function showCertificate(text: string) {
  const { pem, fingerprint, subject, validTo } = readCertificate(text)
  return { pem, fingerprint, subject, validTo: validTo.toISOString() }
}
