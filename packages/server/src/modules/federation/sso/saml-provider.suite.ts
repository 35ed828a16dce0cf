import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'

const EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

export interface Keys {
  readonly privateKey: string
  readonly certificate: string
}

/** A key with a self-signed certificate, by openssl. */
export async function makeKeys(bits = 2048): Promise<Keys> {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-saml-'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const what = ['req', '-x509', '-newkey', `rsa:${bits}`, '-nodes', '-keyout', key, '-out', certificate]
  await promisify(execFile)('openssl', [...what, '-days', '2', '-subj', '/CN=idp.example'])
  const keys = { privateKey: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') }
  rmSync(folder, { recursive: true, force: true })
  return keys
}

/** What one answer says; everything can be forged. */
export interface AnswerFacts {
  readonly nameId: string
  readonly attributes?: Readonly<Record<string, readonly string[]>>
  readonly issuer: string
  readonly audience: string
  readonly acsUrl: string
  readonly requestId: string
  readonly assertionId?: string
  readonly recipient?: string
  readonly destination?: string
  readonly subjectRequestId?: string
  readonly responseRequestId?: string
  readonly nameIdFormat?: string
  readonly status?: string
  /** Minutes from now. */
  readonly notBefore?: number
  readonly notOnOrAfter?: number
}

const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString()
export const newId = (): string => `_${randomBytes(16).toString('hex')}`

export function assertionXml(facts: AnswerFacts): string {
  const { issuer, audience, acsUrl, requestId, notBefore = -1, notOnOrAfter = 5 } = facts
  const attributes = Object.entries(facts.attributes ?? {})
    .map(([name, values]) => {
      const inner = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')
      return `<saml:Attribute Name="${name}">${inner}</saml:Attribute>`
    })
    .join('')
  const statement = attributes === '' ? '' : `<saml:AttributeStatement>${attributes}</saml:AttributeStatement>`
  const format = facts.nameIdFormat ?? 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
  const data = `InResponseTo="${facts.subjectRequestId ?? requestId}" Recipient="${facts.recipient ?? acsUrl}" NotOnOrAfter="${at(notOnOrAfter)}"`
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${facts.assertionId ?? newId()}" Version="2.0" IssueInstant="${at(0)}"><saml:Issuer>${issuer}</saml:Issuer><saml:Subject><saml:NameID Format="${format}">${facts.nameId}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData ${data}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at(notBefore)}" NotOnOrAfter="${at(notOnOrAfter)}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at(0)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>${statement}</saml:Assertion>`
}

export function responseXml(facts: AnswerFacts, inside: string): string {
  const { issuer, acsUrl, requestId, status = 'Success' } = facts
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${newId()}" Version="2.0" IssueInstant="${at(0)}" Destination="${facts.destination ?? acsUrl}" InResponseTo="${facts.responseRequestId ?? requestId}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"/></samlp:Status>${inside}</samlp:Response>`
}

/** Signs an element, the signature standing in it after its issuer. */
export function signElement(
  xml: string,
  name: 'Assertion' | 'Response',
  { privateKey, certificate }: Keys,
  algorithm = RSA_SHA256,
): string {
  const signer = new SignedXml({
    privateKey,
    publicCert: certificate,
    signatureAlgorithm: algorithm,
    canonicalizationAlgorithm: EXC,
  })
  const place = `//*[local-name(.)='${name}']`
  const digest = algorithm.endsWith('rsa-sha1') ? 'http://www.w3.org/2000/09/xmldsig#sha1' : SHA256
  signer.addReference({
    xpath: place,
    digestAlgorithm: digest,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXC],
  })
  signer.computeSignature(xml, { location: { reference: `${place}/*[local-name(.)='Issuer']`, action: 'after' } })
  return signer.getSignedXml()
}

export const encode = (xml: string): string => Buffer.from(xml, 'utf8').toString('base64')

/** The request's id, as a provider reads it from the redirect. */
export function readRequest(to: URL): { requestId: string; relayState: string; issuer: string; acsUrl: string } {
  const xml = inflateRawSync(Buffer.from(to.searchParams.get('SAMLRequest') ?? '', 'base64')).toString('utf8')
  const pick = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? ''
  return {
    requestId: pick(/ ID="([^"]+)"/),
    acsUrl: pick(/AssertionConsumerServiceURL="([^"]+)"/),
    issuer: pick(/Issuer[^>]*>([^<]+)</),
    relayState: to.searchParams.get('RelayState') ?? '',
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
