import { type ConnectionView, createConnection } from '@stoa/contracts'
import { createTestClock, join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, type Finished, type Refused, type Seen, verdict } from '../browser.suite.js'
import {
  type AnswerFacts,
  assertionXml,
  encode,
  type Keys,
  makeKeys,
  newId,
  readRequest,
  responseXml,
  signElement,
} from '../saml-provider.suite.js'

const clock = createTestClock(new Date())
const IDP = 'https://idp.example/metadata'
const ORG = '/api/v1/accounts/orgs/acme/sign-on'
let server: TestServer
let boss: Person
let keys: Keys
let nextKeys: Keys
let strangerKeys: Keys
let connection: ConnectionView

beforeAll(async () => {
  ;[keys, nextKeys, strangerKeys] = await Promise.all([makeKeys(), makeKeys(), makeKeys()])
  server = await startTestServer({ clock })
  boss = await join(server, 'boss')
  await boss.ask('POST', '/api/v1/accounts/orgs', { name: 'acme' })
  connection = await connect('Acme', IDP)
})
afterAll(() => server.stop())

async function connect(name: string, entityId: string): Promise<ConnectionView> {
  const saml = { entityId, ssoUrl: `${new URL(entityId).origin}/sso`, certificates: [keys.certificate] }
  const made = await boss.ask<ConnectionView>('POST', createConnection.path.replace(':name', 'acme'), { name, saml })
  expect(made.status, JSON.stringify(made.body)).toBe(200)
  return made.body
}

interface Round {
  readonly browser: Browser
  readonly facts: AnswerFacts
  readonly relayState: string
}

async function begin(over: Partial<AnswerFacts> = {}, one = connection): Promise<Round> {
  const browser = new Browser(server.url)
  const { requestId, relayState, issuer, acsUrl } = readRequest(await browser.start(one.id, '/datasets'))
  const facts = { nameId: 'ada', issuer: IDP, audience: issuer, acsUrl, requestId, ...over }
  return { browser, facts, relayState }
}

/** What the provider's page does: posts across sites, so without cookies; then our own page comes back with them. */
async function post(
  { browser, relayState }: Omit<Round, 'facts'>,
  xml: string,
  one = connection,
): Promise<Seen<Finished>> {
  const form = new URLSearchParams({ SAMLResponse: encode(xml), RelayState: relayState })
  const answer = await new Browser(server.url).ask<string>('POST', `/sso/saml/${one.id}/acs`, form, {
    origin: 'https://idp.example',
  })
  const to = /content="0;url=([^"]+)"/.exec(String(answer.body))?.[1] ?? ''
  return browser.finish(one.id, to.split('?')[1] ?? '')
}

const honest = (facts: AnswerFacts, by = keys): string =>
  responseXml(facts, signElement(assertionXml(facts), 'Assertion', by))

async function forged(over: Partial<AnswerFacts>, make: (facts: AnswerFacts) => string = honest): Promise<string> {
  const round = await begin(over)
  const said = verdict(await post(round, make(round.facts)))
  if (!said.startsWith('200')) expect(await round.browser.whoAmI()).toBeNull()
  return said
}

describe('[T5] sign-on by SAML', () => {
  it('tells the provider who we are, as XML', async () => {
    const { body, headers } = await new Browser(server.url).ask<string>('GET', `/sso/saml/${connection.id}/metadata`)
    expect(headers.get('content-type')).toMatch('samlmetadata+xml')
    expect(body).toContain(`entityID="${connection.copy.entityId}"`)
    expect(body).toContain(`Location="${connection.copy.acsUrl}"`)
    expect(body).toContain('WantAssertionsSigned="true"')
    expect((await new Browser(server.url).ask('GET', '/sso/saml/unknown/metadata')).status).toBe(404)
  })

  it('lets somebody in whose assertion is signed, alone or inside of a signed response', async () => {
    const round = await begin({ attributes: { mail: ['ada@acme.example'], displayName: ['Ada L'], uid: ['ada'] } })
    const done = await post(round, honest(round.facts))
    expect(done.body).toEqual({ outcome: 'signed_in', next: '/datasets', step: null })
    expect(await round.browser.whoAmI()).toBe('ada')
    expect(await forged({}, (facts) => signElement(honest(facts), 'Response', keys))).toBe('200 signed_in')
  })

  it('takes answers of either key while the provider changes its own, and no longer those of the old one afterwards', async () => {
    const patch = async (certificates: string[]) => {
      const saml = { entityId: IDP, ssoUrl: 'https://idp.example/sso', certificates }
      expect((await boss.ask('PATCH', `${ORG}/connections/${connection.id}`, { saml })).status).toBe(200)
    }
    expect(await forged({}, (facts) => honest(facts, nextKeys))).toBe('401 SignOnFailed saml.signature')
    await patch([keys.certificate, nextKeys.certificate])
    expect(await forged({}, (facts) => honest(facts, nextKeys))).toBe('200 signed_in')
    expect(await forged({})).toBe('200 signed_in')
    await patch([nextKeys.certificate])
    expect(await forged({})).toBe('401 SignOnFailed saml.signature')
    await patch([keys.certificate])
  })

  const SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
  const FORGED: [string, string, Partial<AnswerFacts>, ((facts: AnswerFacts) => string)?][] = [
    ['no signature', 'saml.signed', {}, (facts) => responseXml(facts, assertionXml(facts))],
    [
      'a signed response around an unsigned assertion',
      'saml.signed',
      {},
      (facts) => signElement(responseXml(facts, assertionXml(facts)), 'Response', keys),
    ],
    ['a signature by another key', 'saml.signature', {}, (facts) => honest(facts, strangerKeys)],
    ['a changed name under a good signature', 'saml.signature', {}, (facts) => honest(facts).replace('>ada<', '>eve<')],
    [
      'SHA-1',
      'saml.algorithm',
      {},
      (facts) => responseXml(facts, signElement(assertionXml(facts), 'Assertion', keys, SHA1)),
    ],
    ['an assertion for somebody else', 'saml.audience', { audience: 'https://other.example' }],
    ['an expired one', 'saml.time', { notBefore: -30, notOnOrAfter: -6 }],
    ['one of the future', 'saml.time', { notBefore: 6, notOnOrAfter: 30 }],
    ['another recipient', 'saml.recipient', { recipient: 'https://other.example/acs' }],
    ['another destination', 'saml.destination', { destination: 'https://other.example/acs' }],
    ['an answer nobody asked for', 'saml.in_response_to', { responseRequestId: '_other' }],
    ['an assertion from another request', 'saml.in_response_to', { subjectRequestId: '_other' }],
    ['another provider', 'saml.issuer', { issuer: 'https://evil.example' }],
    [
      'a name for one session only',
      'saml.name_id',
      { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
    ],
    ['a refusal of the provider', 'saml.status', { status: 'Responder' }],
    ['a DTD', 'saml.xml', {}, (facts) => `<!DOCTYPE r [<!ENTITY x "y">]>${honest(facts)}`],
    [
      'a comment inside of a name',
      'saml.xml',
      {},
      (facts) => honest({ ...facts, nameId: 'root@acme.example<!---->.evil.example' }),
    ],
    ['an instruction', 'saml.xml', {}, (facts) => honest(facts).replace('<samlp:Status>', '<?x y?><samlp:Status>')],
    ['broken XML', 'saml.xml', {}, (facts) => honest(facts).slice(0, -20)],
    [
      'an encrypted assertion',
      'saml.encrypted',
      {},
      (facts) => responseXml(facts, '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
    ],
    ['no assertion', 'saml.assertion', {}, (facts) => responseXml(facts, '')],
    [
      'two assertions',
      'saml.wrapping',
      {},
      (facts) => responseXml(facts, signElement(assertionXml(facts), 'Assertion', keys) + assertionXml(facts)),
    ],
  ]
  it.each(FORGED)('refuses %s', async (_, check, over, make) => {
    expect(await forged(over, make)).toBe(`401 SignOnFailed ${check}`)
  })

  it('allows clocks to be five minutes apart', async () => {
    expect(await forged({ notBefore: 4, notOnOrAfter: 10 })).toBe('200 signed_in')
    expect(await forged({ notBefore: -30, notOnOrAfter: -4 })).toBe('200 signed_in')
  })

  describe('signature wrapping', () => {
    const evil = (facts: AnswerFacts, id?: string) =>
      assertionXml({ ...facts, nameId: 'boss', ...(id ? { assertionId: id } : {}) })
    const part = (xml: string, name: string): string =>
      new RegExp(`<(\\w+:)?${name}[ >].*</(\\w+:)?${name}>`, 's').exec(xml)?.[0] ?? ''
    const idOf = (xml: string): string => / ID="([^"]+)"/.exec(xml)?.[1] ?? ''
    const signedParts = (facts: AnswerFacts) => {
      const signed = signElement(assertionXml(facts), 'Assertion', keys)
      const signature = part(signed, 'Signature')
      return { signed, signature, bare: signed.replace(signature, '') }
    }
    const into = (xml: string, inside: string, after = '</saml:Issuer>'): string =>
      xml.replace(after, `${after}${inside}`)
    const WRAPPED: [string, (facts: AnswerFacts) => string][] = [
      [
        'XSW1: a forged response around the signature over the honest one',
        (facts) => {
          const good = signElement(responseXml(facts, assertionXml(facts)), 'Response', keys)
          const signature = part(good, 'Signature')
          const object = signature.replace(
            '</Signature>',
            `<Object>${good.replace(signature, '')}</Object></Signature>`,
          )
          return into(responseXml(facts, evil(facts)), object)
        },
      ],
      [
        'XSW2: the honest response beside its signature in a forged one',
        (facts) => {
          const good = signElement(responseXml(facts, assertionXml(facts)), 'Response', keys)
          const signature = part(good, 'Signature')
          return into(responseXml(facts, evil(facts)), signature + good.replace(signature, ''))
        },
      ],
      [
        'XSW3: a forged assertion before the honest one',
        (facts) => responseXml(facts, evil(facts) + signedParts(facts).signed),
      ],
      [
        'XSW3 with the same id',
        (facts) => responseXml(facts, evil(facts, idOf(signedParts(facts).signed)) + signedParts(facts).signed),
      ],
      [
        'XSW4: the honest assertion inside of the forged one',
        (facts) =>
          responseXml(facts, evil(facts).replace('</saml:Assertion>', `${signedParts(facts).signed}</saml:Assertion>`)),
      ],
      [
        'XSW5: the signature moved into the forged assertion, the honest one at the end',
        (facts) => {
          const { signature, bare } = signedParts(facts)
          return responseXml(facts, into(evil(facts), signature) + bare)
        },
      ],
      [
        'XSW6: the honest assertion inside of the signature of the forged one',
        (facts) => {
          const { signature, bare } = signedParts(facts)
          return responseXml(facts, into(evil(facts), signature.replace('</Signature>', `${bare}</Signature>`)))
        },
      ],
      [
        'XSW7: the honest assertion inside of extensions',
        (facts) =>
          responseXml(facts, `<samlp:Extensions>${signedParts(facts).signed}</samlp:Extensions>${evil(facts)}`),
      ],
      [
        'XSW8: the honest assertion in an object of the signature',
        (facts) => {
          const { signature, bare } = signedParts(facts)
          return responseXml(
            facts,
            into(evil(facts), signature.replace('</Signature>', `<Object>${bare}</Object></Signature>`)),
          )
        },
      ],
      [
        'the forged assertion under another namespace',
        (facts) => responseXml(facts, `<x:Assertion xmlns:x="urn:x" ID="${newId()}"/>${signedParts(facts).signed}`),
      ],
    ]
    it.each(WRAPPED)('%s is refused', async (_, make) => {
      const said = await forged({}, make)
      expect(said).toMatch(/^401 SignOnFailed saml\.(wrapping|signed|signature)$/)
    })
  })

  it('takes an assertion once, whatever request it is shown for', async () => {
    const assertionId = newId()
    expect(await forged({ assertionId })).toBe('200 signed_in')
    expect(await forged({ assertionId })).toBe('401 SignOnFailed replay')
    const round = await begin()
    const xml = honest(round.facts)
    expect(verdict(await post(round, xml))).toBe('200 signed_in')
    expect(verdict(await post(round, xml))).toBe('401 SignOnExpired')
  })

  it('is taken only from the browser that began it, with the RelayState it was given', async () => {
    const round = await begin()
    const form = new URLSearchParams({ SAMLResponse: encode(honest(round.facts)), RelayState: round.relayState })
    const other = new Browser(server.url)
    const answer = await other.ask<string>('POST', `/sso/saml/${connection.id}/acs`, form)
    const query = /url=[^"?]+\?([^"]+)"/.exec(answer.body)?.[1] ?? ''
    expect(verdict(await other.finish(connection.id, query))).toBe('401 SignOnExpired')
    const guessed = await begin()
    expect(verdict(await post({ ...guessed, relayState: 'guess' }, honest(guessed.facts)))).toBe('401 SignOnExpired')
    expect(verdict(await post({ ...guessed, relayState: '"><script>' }, honest(guessed.facts)))).toBe(
      '401 SignOnExpired',
    )
  })

  it('is not taken for another connection with the same keys', async () => {
    const second = await connect('Second', 'https://second.example/metadata')
    const round = await begin({ issuer: IDP }, second)
    expect(verdict(await post(round, honest(round.facts), second))).toBe('401 SignOnFailed saml.issuer')
    const first = await begin()
    expect(verdict(await post(first, honest(first.facts), second))).toBe('401 SignOnExpired')
  })

  it('reads the metadata of a provider, and refuses what is none', async () => {
    const bare = keys.certificate.replace(/-----[^-]+-----|\s/g, '')
    const metadata = (inside: string) =>
      `<?xml version="1.0"?><!-- made by a tool --><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://meta.example">${inside}</md:EntityDescriptor>`
    const good = `<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${bare}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://meta.example/sso"/></md:IDPSSODescriptor>`
    const send = (samlMetadata: string) =>
      boss.ask<ConnectionView & Refused>('POST', `${ORG}/connections`, { name: 'From metadata', samlMetadata })
    const made = await send(metadata(good))
    expect(made.body.saml).toMatchObject({ entityId: 'https://meta.example', ssoUrl: 'https://meta.example/sso' })
    expect(made.body.saml?.certificates[0]?.subject).toContain('idp.example')
    for (const bad of [
      metadata(''),
      '<x/>',
      'no xml',
      `<!DOCTYPE x>${metadata(good)}`,
      metadata(good.replace(bare, 'AAAA')),
    ])
      expect((await send(bad)).body.error.code).toBe('ConnectionInvalid')
    const weak = await makeKeys(1024)
    const small = await boss.ask<Refused>('POST', `${ORG}/connections`, {
      name: 'Weak',
      saml: { entityId: 'x', ssoUrl: 'https://x.example', certificates: [weak.certificate] },
    })
    expect(small.body.error.message).toContain('1024 bits')
  })
})
