import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import { createSignInThrottle } from '../accounts/index.js'
import { clearFactors } from './change-factors.js'
import type { SigninDeps, SigninKit } from './deps.js'
import { beginHalfSignIn } from './half-sign-in.js'
import { createSignUpNoun } from './manifest/sign-up-noun.js'
import { createLetterWays } from './letter-ways.js'
import { deleteHalfSignInsOf } from './queries/half-sign-ins.js'
import { bindConfirm } from './routes/confirm.js'
import { bindFactors } from './routes/factors.js'
import { bindPasskeys } from './routes/passkeys.js'
import { bindPolicy } from './routes/policy.js'
import { bindSecondStep } from './routes/second-step.js'

const FACTOR_RULES = {
  pair: { free: 5, longestWaitMs: 15 * 60_000 },
  address: { free: 30, longestWaitMs: 15 * 60_000 },
  account: { free: 20, longestWaitMs: 15 * 60_000 },
} as const

/** How people prove who they are beyond a password. */
export function createSignin(kit: SigninKit) {
  const deps: SigninDeps = { ...kit, factorThrottle: createSignInThrottle(kit.clock, FACTOR_RULES) }
  kit.accounts.access.provideSecondFactors({
    begin: (entry) => beginHalfSignIn(deps, entry),
    endHalves: deleteHalfSignInsOf,
    clear: (tx, userId, reason) => clearFactors(tx, deps, userId, reason),
  })
  const letterWays = createLetterWays(kit)
  return {
    nouns: [createSignUpNoun(kit)] as readonly ManifestNoun[],
    routes: (http: Http): void => {
      bindFactors(http, deps)
      bindPasskeys(http, deps)
      bindSecondStep(http, deps)
      bindConfirm(http, deps)
      bindPolicy(http, deps)
      letterWays.routes(http)
    },
  }
}

export type Signin = ReturnType<typeof createSignin>
