import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'

export type { AuthenticationResponseJSON, RegistrationResponseJSON }

/** Ways a browser reaches an authenticator, as it named them itself. */
export function toTransports(transports: readonly string[]): AuthenticatorTransport[] {
  return transports as AuthenticatorTransport[]
}
