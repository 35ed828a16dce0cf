import { provisioning } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { requireSession } from '../../accounts/index.js'
import { getManagedOrg } from '../../federation/index.js'
import type { DirectoryDeps } from '../deps.js'
import { addCredential, revokeCredential, rotateCredential, showCredential } from '../scim/credentials.js'
import { changeProvisioning, showActivity, showProvisioning } from '../scim/settings.js'

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000

/** How an organisation sets provisioning up: credentials, mapping of groups, what happened. */
export function bindProvisioning(http: Http, deps: DirectoryDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(provisioning.get, async ({ actor, params }) =>
    showProvisioning(deps, await getManagedOrg(deps, actor, params.name, 'org.settings.read')),
  )

  stoa.bind(provisioning.activity, async ({ actor, params }) =>
    showActivity(deps, await getManagedOrg(deps, actor, params.name, 'org.settings.read')),
  )

  stoa.bind(provisioning.update, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    await deps.write((tx) => changeProvisioning(tx, deps, org, body))
    return showProvisioning(deps, org)
  })

  stoa.bind(provisioning.addCredential, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    requireSession(actor)
    const days = body.expiresInDays
    const expiresAt = days === undefined ? null : new Date(deps.clock.now().getTime() + days * DAY_MS)
    const wanted = { name: body.name, expiresAt, byId: actor.userId }
    const { credential, secret } = await deps.write((tx) => addCredential(tx, deps, org, wanted))
    return { secret, credential: showCredential(credential) }
  })

  stoa.bind(provisioning.rotateCredential, async ({ actor, params, body }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    requireSession(actor)
    const wanted = { id: params.credentialId, overlapMs: body.overlapHours * HOUR_MS, byId: actor.userId }
    const { credential, secret } = await deps.write((tx) => rotateCredential(tx, deps, org, wanted))
    return { secret, credential: showCredential(credential) }
  })

  stoa.bind(provisioning.revokeCredential, async ({ actor, params }) => {
    const org = await getManagedOrg(deps, actor, params.name)
    requireSession(actor)
    await deps.write((tx) => revokeCredential(tx, deps, org, params.credentialId))
  })
}
