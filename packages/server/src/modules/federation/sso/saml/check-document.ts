import type { Trail } from '../trail.js'
import { attributeOf, childOf, childrenOf, elementsOf, NS, readXml, textOf, type XmlNode } from './xml.js'

const MAX_BYTES = 512 * 1024
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const TRANSFORMS = new Set([
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
])
const SIGNATURES =
  /^http:\/\/www\.w3\.org\/(2001\/04\/xmldsig-more#(rsa|ecdsa)-sha(256|384|512)|2007\/05\/xmldsig-more#rsa-pss)/
const DIGESTS = /^http:\/\/www\.w3\.org\/2001\/04\/(xmlenc#sha(256|512)|xmldsig-more#sha384)$/

export interface Expected {
  /** The provider's entity id. */
  readonly entityId: string
  readonly acsUrl: string
  readonly requestId: string
}

/**
 * What a response must look like before any signature is checked: one reader, one assertion, at its own place, each signature
 * over the element it stands in. Answers the XML. Nothing in it is believed yet.
 */
export function checkDocument(trail: Trail, encoded: string, expected: Expected): string {
  const bytes = /^[A-Za-z0-9+/=\s]+$/.test(encoded) ? Buffer.from(encoded, 'base64') : null
  if (bytes === null || bytes.length === 0 || bytes.length > MAX_BYTES) return trail.fail('saml.encoding')
  const xml = decode(bytes)
  const root = xml === null ? null : readXml(xml)
  if (xml === null || root === null) return trail.fail('saml.xml')
  const isResponse = root.namespaceURI === NS.protocol && root.localName === 'Response'
  trail.demand(isResponse && attributeOf(root, 'Version') === '2.0', 'saml.response', root.localName ?? '')
  checkStatus(trail, root)
  checkShape(trail, root)
  const destination = attributeOf(root, 'Destination')
  if (destination !== null)
    trail.demand(destination === expected.acsUrl, 'saml.destination', destination, expected.acsUrl)
  const answers = attributeOf(root, 'InResponseTo')
  trail.demand(answers === expected.requestId, 'saml.in_response_to', answers ?? 'nothing', expected.requestId)
  const issuer = childOf(root, NS.assertion, 'Issuer')
  const said = issuer && textOf(issuer)
  if (said !== null) trail.demand(said === expected.entityId, 'saml.issuer', said, expected.entityId)
  return xml
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function checkStatus(trail: Trail, root: XmlNode): void {
  const status = childOf(root, NS.protocol, 'Status')
  const code = status && childOf(status, NS.protocol, 'StatusCode')
  const value = code ? (attributeOf(code, 'Value') ?? '') : ''
  if (value === SUCCESS) return trail.ok('saml.status')
  const inner = code && childOf(code, NS.protocol, 'StatusCode')
  const message = status && childOf(status, NS.protocol, 'StatusMessage')
  const short = (one: string) => one.replace(/^.*:/, '')
  const words = [
    short(value),
    inner ? short(attributeOf(inner, 'Value') ?? '') : '',
    message ? (textOf(message) ?? '') : '',
  ]
  trail.fail('saml.status', words.filter(Boolean).join(' · '))
}

function checkShape(trail: Trail, root: XmlNode): void {
  const all = elementsOf(root)
  if (all.some(({ localName }) => localName === 'EncryptedAssertion')) trail.fail('saml.encrypted')
  const assertions = all.filter(({ localName }) => localName === 'Assertion')
  const [assertion] = assertions
  if (assertion === undefined) return trail.fail('saml.assertion', 'none')
  const isInPlace = assertion.parentNode === root && assertion.namespaceURI === NS.assertion
  if (assertions.length !== 1 || !isInPlace) trail.fail('saml.wrapping', `${assertions.length} assertions`)
  if (all.filter(({ localName }) => localName === 'Response').length !== 1)
    trail.fail('saml.wrapping', 'a response inside')
  const ids = all.flatMap((node) =>
    Array.from(node.attributes).flatMap(({ localName, name, value }) =>
      /^id$/i.test(localName ?? name) ? [value] : [],
    ),
  )
  if (new Set(ids).size !== ids.length) trail.fail('saml.wrapping', 'an id twice')
  const signatures = all.filter(({ localName }) => localName === 'Signature')
  for (const signature of signatures) checkSignature(trail, signature, [root, assertion])
  const isSigned = signatures.some(({ parentNode }) => parentNode === assertion)
  trail.demand(isSigned, 'saml.signed', signatures.length > 0 ? 'only the response' : 'no signature')
}

/** One reference, to the element the signature stands in, with nothing that could point elsewhere or hide something. */
function checkSignature(trail: Trail, signature: XmlNode, places: readonly XmlNode[]): void {
  const place = places.find((one) => one === signature.parentNode)
  if (!place || signature.namespaceURI !== NS.signature) return trail.fail('saml.wrapping', 'a signature elsewhere')
  const inside = elementsOf(signature)
  if (childrenOf(place, NS.signature, 'Signature').length !== 1)
    trail.fail('saml.wrapping', 'two signatures of one element')
  if (inside.some(({ localName }) => localName === 'Object' || localName === 'Manifest'))
    trail.fail('saml.wrapping', 'an object in a signature')
  const references = inside.filter(({ localName }) => localName === 'Reference')
  const uri = references[0] ? attributeOf(references[0], 'URI') : null
  if (references.length !== 1 || uri === null || uri !== `#${attributeOf(place, 'ID') ?? ''}`)
    trail.fail('saml.wrapping', `a signature over ${uri ?? 'nothing'}`)
  const algorithmsOf = (name: string) =>
    inside.filter(({ localName }) => localName === name).map((node) => attributeOf(node, 'Algorithm') ?? '')
  const odd = algorithmsOf('Transform').find((algorithm) => !TRANSFORMS.has(algorithm))
  if (odd !== undefined) trail.fail('saml.wrapping', `a transform ${odd}`)
  for (const algorithm of algorithmsOf('SignatureMethod'))
    if (!SIGNATURES.test(algorithm)) trail.fail('saml.algorithm', algorithm, 'RSA or ECDSA with SHA-256 or longer')
  for (const algorithm of algorithmsOf('DigestMethod'))
    if (!DIGESTS.test(algorithm)) trail.fail('saml.algorithm', algorithm, 'SHA-256 or longer')
}
