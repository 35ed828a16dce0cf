import { ACCOUNT_ERRORS } from './accounts.js'
import { CATALOG_ERRORS } from './catalog.js'
import { COMMERCE_ERRORS } from './commerce.js'
import { FEDERATION_ERRORS } from './federation.js'
import { GATE_ERRORS } from './gates.js'
import { GOVERNANCE_ERRORS } from './governance.js'
import { INFERENCE_ERRORS } from './inference.js'
import { KIT_ERRORS } from './kit.js'
import { METERING_ERRORS } from './metering.js'
import { OAUTH_ERRORS } from './oauth.js'
import { REPO_ERRORS } from './repos.js'
import { SCIM_ERRORS } from './scim.js'
import { SIGNIN_ERRORS } from './signin.js'
import { XET_ERRORS } from './xet.js'

/** Meaning of one error code: the status it is sent with and the text used when the thrower gives none. */
export interface ErrorMeaning {
  readonly status: number
  readonly message: string
}

/** Every refusal the platform can answer. A code that is not here does not compile. */
export const ERRORS = {
  ...KIT_ERRORS,
  ...ACCOUNT_ERRORS,
  ...OAUTH_ERRORS,
  ...SIGNIN_ERRORS,
  ...FEDERATION_ERRORS,
  ...SCIM_ERRORS,
  ...GOVERNANCE_ERRORS,
  ...REPO_ERRORS,
  ...GATE_ERRORS,
  ...CATALOG_ERRORS,
  ...COMMERCE_ERRORS,
  ...METERING_ERRORS,
  ...INFERENCE_ERRORS,
  ...XET_ERRORS,
} as const satisfies Record<string, ErrorMeaning>

export type ErrorCode = keyof typeof ERRORS
