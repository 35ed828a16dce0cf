import type { SignOnMapping } from '@stoa/contracts'

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  /** Beside `openid`. */
  readonly scopes: string
}

export interface SamlSettings {
  /** The provider's. */
  readonly entityId: string
  readonly ssoUrl: string
  /** PEM. */
  readonly certificates: readonly string[]
}

interface AnyConnection {
  readonly id: string
  /** Null: the platform's. */
  readonly orgId: string | null
  readonly name: string
  readonly isEnabled: boolean
  readonly createsAccounts: boolean
  readonly secondFactor: 'ours' | 'theirs' | 'by_amr'
  readonly mapping: SignOnMapping
  readonly secretSealed: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface OidcConnection extends AnyConnection {
  readonly protocol: 'oidc'
  readonly settings: OidcSettings
}

export interface SamlConnection extends AnyConnection {
  readonly protocol: 'saml'
  readonly settings: SamlSettings
}

/** The trust between this platform and one identity provider. */
export type Connection = OidcConnection | SamlConnection

/** What a provider said of a person, believed. */
export interface Assertion {
  /** The provider's own name of the person, for ever. */
  readonly subject: string
  /** The id of the answer itself; one is believed once. */
  readonly answerId: string
  readonly answerEndsAt: Date
  /** Attributes or claims, as texts. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
  /** The provider vouches for the address: `email_verified`, or SAML, which has no word for doubt. */
  readonly isEmailVouched: boolean
  /** How the person signed in there (RFC 8176), when the provider says. */
  readonly amr: readonly string[]
}

/** Addresses of ours that a provider is told. */
export function addressesOf(publicUrl: string, connection: Pick<Connection, 'id' | 'protocol'>) {
  const saml = `${publicUrl}/sso/saml/${connection.id}`
  return connection.protocol === 'oidc'
    ? { redirectUri: `${publicUrl}/sso/callback/${connection.id}`, entityId: null, acsUrl: null, metadataUrl: null }
    : { redirectUri: null, entityId: `${saml}/metadata`, acsUrl: `${saml}/acs`, metadataUrl: `${saml}/metadata` }
}

/** The redirect address of an OIDC connection; its own, so that an answer of one provider never meets another. */
export const redirectUriOf = (publicUrl: string, connectionId: string): string =>
  `${publicUrl}/sso/callback/${connectionId}`
