import { X509Certificate } from 'node:crypto'
import { refuse } from '@stoa/contracts'

const MIN_RSA_BITS = 2048

export interface CertificateFacts {
  readonly pem: string
  /** SHA-256, hex with colons. */
  readonly fingerprint: string
  readonly subject: string
  readonly validTo: Date
}

/** A certificate from PEM or bare base64. Throws `ConnectionInvalid` for what is none, or has a weak key. */
export function readCertificate(text: string): CertificateFacts {
  const bare = text.replace(/-----[^-]+-----/g, '').replace(/\s+/g, '')
  try {
    const certificate = new X509Certificate(Buffer.from(bare, 'base64'))
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    const bits = asymmetricKeyDetails?.modulusLength
    if (asymmetricKeyType !== 'rsa' && asymmetricKeyType !== 'ec')
      throw refuse('ConnectionInvalid', 'The key of a certificate is neither RSA nor EC.')
    if (bits !== undefined && bits < MIN_RSA_BITS)
      throw refuse(
        'ConnectionInvalid',
        `The key of a certificate has ${bits} bits; at least ${MIN_RSA_BITS} are asked for.`,
      )
    return {
      pem: certificate.toString().trim(),
      fingerprint: certificate.fingerprint256,
      subject: certificate.subject.replaceAll('\n', ', '),
      validTo: new Date(certificate.validTo),
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'StoaError') throw error
    throw refuse('ConnectionInvalid', 'A certificate cannot be read. Paste it in PEM or base64 form.')
  }
}
