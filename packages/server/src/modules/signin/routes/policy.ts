import {
  getOrgSignInPolicy,
  getSignInPolicy,
  refuse,
  resetFactors,
  setOrgSignInPolicy,
  setSignInPolicy,
} from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { getManagedOrg } from '../../accounts/index.js'
import { clearFactors } from '../change-factors.js'
import type { SigninDeps } from '../deps.js'

/** Of whom a second factor is asked (rule `security.mfa_required`), and help for those who lost theirs. */
export function bindPolicy(http: Http, deps: SigninDeps): void {
  const stoa = http.scope('stoa')
  const { accounts } = deps

  stoa.bind(getSignInPolicy, async () => ({ mfaRequired: await accounts.settings.mfaRequired() }))

  stoa.bind(setSignInPolicy, async ({ actor, body }) => {
    await accounts.access.demandConfirmed(actor)
    if (body.mfaRequired !== 'nobody') await demandOwnFactor(deps, actor)
    await deps.write((tx) => accounts.settings.setMfaRequired(tx, body.mfaRequired))
    await accounts.settings.load()
    accounts.forgetCredentials()
    return { mfaRequired: body.mfaRequired }
  })

  const showOrg = async (orgId: string) => accounts.showMfaPolicy(orgId)

  stoa.bind(getOrgSignInPolicy, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    return showOrg(org.id)
  })

  stoa.bind(setOrgSignInPolicy, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    if (body.requiresMfa) await demandOwnFactor(deps, actor)
    if (org.requiresMfa !== body.requiresMfa) {
      await deps.write(async (tx) => {
        await accounts.setRequiresMfa(tx, org.id, body.requiresMfa)
        await deps.audit.record(tx, {
          chain: org.id,
          action: 'org.settings.mfa',
          target: { type: 'org', id: org.id, name: org.name },
          before: { requiresMfa: org.requiresMfa },
          after: { requiresMfa: body.requiresMfa },
        })
      })
    }
    return showOrg(org.id)
  })

  stoa.bind(resetFactors, async ({ actor, params, body }) => {
    await accounts.access.demandConfirmed(actor)
    const user = await accounts.findAccount(deps.db, params.name)
    if (user?.type !== 'user') throw refuse('AccountNotFound')
    await deps.write(async (tx) => {
      await clearFactors(tx, deps, user.id, body.reason)
      await accounts.access.endSessions(tx, user.id)
    })
  })
}

/** Whoever asks others for a second factor has one: nobody shuts themselves out. */
async function demandOwnFactor(deps: SigninDeps, actor: UserActor): Promise<void> {
  if (!(await deps.accounts.access.hasSecondFactor(actor.userId))) {
    throw refuse('SecondFactorRequired', 'Add a passkey or an authenticator app to your own account first.')
  }
}
