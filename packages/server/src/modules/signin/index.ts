import type { Http } from '../../kit/http/server.js'
import type { SigninDeps } from './deps.js'
import { bindFactors } from './routes/factors.js'

/** How people prove who they are beyond a password. */
export function createSignin(deps: SigninDeps) {
  return {
    routes: (http: Http): void => {
      bindFactors(http, deps)
    },
  }
}

export type Signin = ReturnType<typeof createSignin>
