import { type CacheProvider, SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import { addressesOf, type Assertion, type SamlConnection } from '../connection.js'
import type { Trail } from '../trail.js'
import { checkAssertion, SKEW_MS } from './check-assertion.js'
import { checkDocument } from './check-document.js'

export interface SamlDeps {
  readonly clock: { now(): Date }
  publicUrl(): string
}

/** SAML 2.0 towards other people's providers: requests by redirect, answers by post, assertions signed. */
export interface SamlProviders {
  /** Where the browser goes; `requestId` is what the answer must name. */
  begin(connection: SamlConnection, requestId: string, relayState: string): Promise<string>
  /** What the provider says, believed. Throws `SignOnFailed`. */
  verify(trail: Trail, connection: SamlConnection, requestId: string, encoded: string): Promise<Assertion>
  /** What a provider is told of us, as XML. */
  metadata(connection: SamlConnection): string
}

export function createSamlProviders(deps: SamlDeps): SamlProviders {
  const open = (connection: SamlConnection, requestId: string): SAML => {
    const { acsUrl, entityId } = addressesOf(deps.publicUrl(), connection)
    return new SAML({
      issuer: entityId ?? '',
      audience: entityId ?? '',
      callbackUrl: acsUrl ?? '',
      entryPoint: connection.settings.ssoUrl,
      idpIssuer: connection.settings.entityId,
      idpCert: [...connection.settings.certificates],
      identifierFormat: null,
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      disableRequestedAuthnContext: true,
      acceptedClockSkewMs: SKEW_MS,
      validateInResponseTo: ValidateInResponseTo.always,
      generateUniqueId: () => requestId,
      cacheProvider: onlyRequest(requestId, deps.clock),
    })
  }
  return {
    begin: (connection, requestId, relayState) =>
      open(connection, requestId).getAuthorizeUrlAsync(relayState, undefined, {}),
    async verify(trail, connection, requestId, encoded) {
      const { acsUrl, entityId } = addressesOf(deps.publicUrl(), connection)
      const expected = { entityId: connection.settings.entityId, acsUrl: acsUrl ?? '', requestId }
      checkDocument(trail, encoded, expected)
      const signed = await verifySignature(trail, open(connection, requestId), encoded)
      return checkAssertion(trail, signed, { ...expected, audience: entityId ?? '', now: deps.clock.now() })
    },
    metadata: (connection) => open(connection, '_metadata').generateServiceProviderMetadata(null, null),
  }
}

/** The library asks for requests by id; there is one, that of the sign-in at hand. */
function onlyRequest(requestId: string, clock: SamlDeps['clock']): CacheProvider {
  return {
    saveAsync: async (_, value) => ({ value, createdAt: clock.now().getTime() }),
    getAsync: async (key) => (key === requestId ? clock.now().toISOString() : null),
    removeAsync: async (key) => key,
  }
}

/** The assertion's bytes as its signature covers them. */
async function verifySignature(trail: Trail, saml: SAML, encoded: string): Promise<string> {
  try {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: encoded })
    const signed = profile?.getAssertionXml?.()
    if (signed === undefined || signed === '') return trail.fail('saml.signature')
    trail.ok('saml.signature')
    return signed
  } catch (error) {
    return trail.fail(checkOf(error), error instanceof Error ? error.message : undefined)
  }
}

function checkOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/expired|not yet valid|subject confirmation/.test(message)) return 'saml.time'
  if (/[Aa]udience/.test(message)) return 'saml.audience'
  if (/InResponseTo/.test(message)) return 'saml.in_response_to'
  if (/issuer/i.test(message)) return 'saml.issuer'
  return 'saml.signature'
}
