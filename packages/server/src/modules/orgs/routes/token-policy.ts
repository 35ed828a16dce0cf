import {
  approveOrgToken,
  denyOrgToken,
  getNetworkSecurity,
  getTokenPolicy,
  listOrgTokens,
  revokeOrgToken,
  updateNetworkSecurity,
  updateTokenPolicy,
} from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { pickDefined } from '../../../kit/http/sent-fields.js'
import { changeTokenPolicy, refuseLockOut } from '../change-token-policy.js'
import { decideToken, listOrgTokens as listTokens } from '../org-tokens.js'
import {
  type AccountRow,
  type DecisionState,
  demandOrg,
  getManagedOrg,
  getShown,
  requireSession,
} from '../../accounts/index.js'
import { findTokenPolicy, type TokenPolicyRow } from '../queries/token-policies.js'
import type { OrgsDeps } from '../deps.js'

/** What organisations ask of the credentials that reach them. */
export function bindTokenPolicies(http: Http, deps: OrgsDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(getTokenPolicy, async ({ actor, params }) =>
    showPolicy(await findTokenPolicy(deps.db, (await getReadableOrg(deps, actor, params.name)).id)),
  )

  stoa.bind(updateTokenPolicy, async ({ actor, params, body }) => {
    requireSession(actor)
    const org = await getManagedOrg(deps, actor, params.name)
    const { policy } = await deps.write((tx) => changeTokenPolicy(tx, deps, org, pickDefined(body)))
    deps.accounts.forgetAll()
    return showPolicy(policy)
  })

  stoa.bind(listOrgTokens, async ({ actor, params, query }) =>
    listTokens(deps, await getReadableOrg(deps, actor, params.name), query),
  )

  const decide = async (actor: UserActor, params: { name: string; tokenId: string }, state: DecisionState) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const { tokenId } = params
    const userId = await deps.write((tx) => decideToken(tx, deps, org, { tokenId, state, byId: actor.userId }))
    deps.accounts.forgetUser(userId)
  }
  // A token must not be able to let another one in.
  stoa.bind(approveOrgToken, async ({ actor, params }) => {
    requireSession(actor)
    await decide(actor, params, 'approved')
  })
  stoa.bind(denyOrgToken, async ({ actor, params }) => {
    requireSession(actor)
    await decide(actor, params, 'denied')
  })
  http.scope('hub').bind(revokeOrgToken, ({ actor, params }) => decide(actor, params, 'revoked'))
  bindNetworks(http, deps)
}

function bindNetworks(http: Http, deps: OrgsDeps): void {
  const hub = http.scope('hub')

  hub.bind(getNetworkSecurity, async ({ actor, params }) =>
    showNetworks(await findTokenPolicy(deps.db, (await getReadableOrg(deps, actor, params.name)).id)),
  )

  hub.bind(updateNetworkSecurity, async ({ actor, params, body, request }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    const { ipRanges, enforceIpRestriction: enforcesIpRanges } = body
    const { policy } = await deps.write(async (tx) => {
      const changed = await changeTokenPolicy(tx, deps, org, pickDefined({ ipRanges, enforcesIpRanges }))
      refuseLockOut(changed.policy, request.ip)
      return changed
    })
    deps.accounts.forgetAll()
    return showNetworks(policy)
  })
}

/** An organisation whose settings this actor may see with this credential. */
async function getReadableOrg(deps: OrgsDeps, actor: UserActor, name: string): Promise<AccountRow> {
  const org = await getShown(deps, name, 'org')
  demandOrg(actor, 'org.settings.read', org)
  return org
}

function showPolicy({ kinds, needsApproval, maxAgeDays }: TokenPolicyRow) {
  return { kinds: [...kinds], needsApproval, maxAgeDays }
}

function showNetworks({ ipRanges, enforcesIpRanges }: TokenPolicyRow) {
  return {
    enforceAuth: false,
    enforceIpRestriction: enforcesIpRanges,
    highRateLimits: false,
    ipRanges: [...ipRanges],
    blockedContents: [],
    allowedContents: [],
    keepReposMetadataVisible: false,
  }
}
