import type { Assertion } from '../connection.js'
import type { Trail } from '../trail.js'
import type { Expected } from './check-document.js'
import { attributeOf, childOf, childrenOf, elementsOf, NS, readXml, textOf, type XmlNode } from './xml.js'

/** How far clocks may be apart. */
export const SKEW_MS = 5 * 60_000
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const MAX_ATTRIBUTES = 200
const MAX_VALUES = 2_000

/** Reads the assertion whose signature was checked, and only that: who it is for, until when, and what it says. */
export function checkAssertion(
  trail: Trail,
  signedXml: string,
  expected: Expected & { readonly audience: string; readonly now: Date },
): Assertion {
  const root = readXml(signedXml)
  if (!root || root.localName !== 'Assertion' || root.namespaceURI !== NS.assertion) return trail.fail('saml.assertion')
  const issuer = childOf(root, NS.assertion, 'Issuer')
  const said = issuer ? textOf(issuer) : null
  trail.demand(said === expected.entityId, 'saml.issuer', said ?? 'nothing', expected.entityId)
  const id = attributeOf(root, 'ID')
  if (id === null || id === '') return trail.fail('saml.assertion', 'no ID')
  const subject = readSubject(trail, root, expected)
  const endsAt = readConditions(trail, root, expected)
  const statement = childOf(root, NS.assertion, 'AuthnStatement')
  if (!statement) return trail.fail('saml.authn_statement')
  const sessionEnds = timeOf(statement, 'SessionNotOnOrAfter')
  if (sessionEnds !== null && sessionEnds.getTime() + SKEW_MS <= expected.now.getTime())
    trail.fail('saml.time', sessionEnds.toISOString(), expected.now.toISOString())
  const attributes = readAttributes(root)
  trail.receive(attributes)
  const context = elementsOf(statement).find(({ localName }) => localName === 'AuthnContextClassRef')
  return {
    subject,
    answerId: id,
    answerEndsAt: endsAt,
    attributes,
    isEmailVouched: true,
    amr: [
      context ? textOf(context) : null,
      ...(attributes.get('http://schemas.microsoft.com/claims/authnmethodsreferences') ?? []),
    ].filter((one) => one !== null),
  }
}

function readSubject(trail: Trail, root: XmlNode, expected: Expected & { readonly now: Date }): string {
  const subject = childOf(root, NS.assertion, 'Subject')
  const nameId = subject && childOf(subject, NS.assertion, 'NameID')
  const name = nameId ? textOf(nameId) : null
  if (!subject || !nameId || name === null || name === '' || name.length > 500)
    return trail.fail('saml.name_id', name ?? 'nothing')
  const format = attributeOf(nameId, 'Format')
  trail.demand(format !== TRANSIENT, 'saml.name_id', format === TRANSIENT ? 'transient' : name)
  const problems = childrenOf(subject, NS.assertion, 'SubjectConfirmation').map((one) =>
    confirmationProblem(one, expected),
  )
  if (problems.length === 0) return trail.fail('saml.confirmation', 'none')
  if (!problems.includes(null)) {
    const [check, seen, wanted] = problems[0] ?? ['saml.confirmation']
    return trail.fail(check, seen, wanted)
  }
  trail.ok('saml.recipient', expected.acsUrl)
  return name
}

type Problem = readonly [check: string, seen?: string, expected?: string]

/** Why a confirmation of the subject does not hold; null when it does. */
function confirmationProblem(
  node: XmlNode,
  { acsUrl, requestId, now }: Expected & { readonly now: Date },
): Problem | null {
  const data = childOf(node, NS.assertion, 'SubjectConfirmationData')
  if (attributeOf(node, 'Method') !== BEARER || !data)
    return ['saml.confirmation', attributeOf(node, 'Method') ?? 'nothing', BEARER]
  const recipient = attributeOf(data, 'Recipient')
  if (recipient !== acsUrl) return ['saml.recipient', recipient ?? 'nothing', acsUrl]
  const answers = attributeOf(data, 'InResponseTo')
  if (answers !== requestId) return ['saml.in_response_to', answers ?? 'nothing', requestId]
  const ends = timeOf(data, 'NotOnOrAfter')
  if (ends === null) return ['saml.time', 'no NotOnOrAfter']
  return isWithin(data, now) ? null : ['saml.time', describeTimes(data), now.toISOString()]
}

function readConditions(
  trail: Trail,
  root: XmlNode,
  { audience, now }: { readonly audience: string; readonly now: Date },
): Date {
  const conditions = childOf(root, NS.assertion, 'Conditions')
  if (!conditions) return trail.fail('saml.conditions', 'none')
  trail.demand(isWithin(conditions, now), 'saml.time', describeTimes(conditions), now.toISOString())
  const restrictions = childrenOf(conditions, NS.assertion, 'AudienceRestriction')
  const audiences = restrictions.map((one) =>
    childrenOf(one, NS.assertion, 'Audience').map((node) => textOf(node) ?? ''),
  )
  const isForUs = audiences.length > 0 && audiences.every((allowed) => allowed.includes(audience))
  trail.demand(isForUs, 'saml.audience', audiences.flat().join(' ') || 'nothing', audience)
  const ends = timeOf(conditions, 'NotOnOrAfter') ?? new Date(now.getTime() + 24 * 3_600_000)
  return new Date(ends.getTime() + SKEW_MS)
}

function isWithin(node: XmlNode, now: Date): boolean {
  const [from, to] = [timeOf(node, 'NotBefore'), timeOf(node, 'NotOnOrAfter')]
  if (from !== null && now.getTime() + SKEW_MS < from.getTime()) return false
  return to === null || now.getTime() - SKEW_MS < to.getTime()
}

/** A time that cannot be read has long passed. */
function timeOf(node: XmlNode, name: string): Date | null {
  const text = attributeOf(node, name)
  if (text === null) return null
  const time = new Date(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? text : Number.NaN)
  return Number.isNaN(time.getTime()) ? new Date(0) : time
}

const describeTimes = (node: XmlNode): string =>
  ['NotBefore', 'NotOnOrAfter'].map((name) => `${name} ${attributeOf(node, name) ?? 'none'}`).join(', ')

function readAttributes(root: XmlNode): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const statement of childrenOf(root, NS.assertion, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, NS.assertion, 'Attribute').slice(0, MAX_ATTRIBUTES)) {
      const values = childrenOf(attribute, NS.assertion, 'AttributeValue').flatMap((node) => textOf(node) || [])
      const names = [attributeOf(attribute, 'Name'), attributeOf(attribute, 'FriendlyName')]
      // The friendly name is a second way to find it, never over a real name.
      for (const [index, name] of names.entries()) {
        if (name === null || (index === 1 && found.has(name))) continue
        found.set(name, [...(index === 0 ? (found.get(name) ?? []) : []), ...values].slice(0, MAX_VALUES))
      }
    }
  }
  return found
}
