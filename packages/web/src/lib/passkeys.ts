import type { PasskeyAssertion, PasskeyAttestation } from '@stoa/contracts'
import { security } from '../text/en/security.js'

type Options = Record<string, unknown>

/** Whether this browser, at this address, can use passkeys of this server. */
export const hasPasskeys = (): boolean => typeof window.PublicKeyCredential === 'function'

/** Asks the browser to make a passkey. Throws an error whose message can be shown. */
export async function makePasskey(options: Options): Promise<PasskeyAttestation> {
  const { startRegistration } = await import('@simplewebauthn/browser')
  const made = await startRegistration({ optionsJSON: options as never }).catch(explain)
  return made as PasskeyAttestation
}

/** Asks the browser to use one. Throws an error whose message can be shown. */
export async function answerWithPasskey(options: Options): Promise<PasskeyAssertion> {
  const { startAuthentication } = await import('@simplewebauthn/browser')
  const answer = await startAuthentication({ optionsJSON: options as never }).catch(explain)
  return answer as PasskeyAssertion
}

function explain(error: unknown): never {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') throw new Error(security.passkeyCancelled, { cause: error })
  throw error
}
