import { getFactors, refuse } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import type { SigninDeps } from '../deps.js'

/** My second factors. */
export function bindFactors(http: Http, _deps: SigninDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(getFactors, async ({ actor }) => {
    if (actor.auth.type !== 'session') throw refuse('SessionRequired')
    return { passkeys: [], totpSince: null, recoveryCodesLeft: 0 }
  })
}
