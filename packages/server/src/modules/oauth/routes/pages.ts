import {
  decideConsent,
  decideDevice,
  inspectConsent,
  inspectDevice,
  listOauthGrants,
  type OauthScope,
  refuse,
  revokeOauthGrant,
} from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { avatarUrlOf, listAccountRowsById, requireSession } from '../../accounts/index.js'
import { type AuthorizeRequest, readAuthorizeRequest, readConsentRequest, signInPage } from '../authorize-request.js'
import {
  approve,
  choosableOrgIds,
  demandSignedIn,
  deny,
  needsFreshSignIn,
  settleQuietly,
  showApp,
  type SignedIn,
} from '../consent.js'
import type { OauthDeps } from '../deps.js'
import { decideDevice as answerWaiting, findDevice, showUserCode } from '../device.js'
import { describeDestination } from '../redirect-uri.js'
import { recordGrant } from '../record.js'
import { knownScopes } from '../scopes.js'
import { getOauthAppById, type OauthAppRow } from '../queries/apps.js'
import { deleteGrant, findGrantById, listGrants, type ShownGrantRow } from '../queries/grants.js'

/** What the pages ask: may this app in, which program waits, which apps are in. */
export function bindOauthPages(http: Http, deps: OauthDeps): void {
  bindDevicePage(http, deps)
  bindGrants(http, deps)
  const stoa = http.scope('stoa')

  stoa.bind(inspectConsent, async ({ actor, body }) => {
    const person = await demandSignedIn(deps, actor)
    const params = readConsentRequest(body.request)
    const asked = await readAuthorizeRequest(deps.db, deps.publicUrl(), params)
    if ('to' in asked) return asked
    if (needsFreshSignIn(deps, asked, person)) return { to: signInPage(params) }
    const to = await settleQuietly(deps, asked, person)
    if (to !== null) return { to }
    const orgs = await showOrgs(deps, asked.app, { scopes: asked.scopes, person, wanted: asked.orgIds })
    const destination = describeDestination(asked.redirectUri)
    return { app: showApp(asked.app), scopes: [...asked.scopes], orgs, destination }
  })

  stoa.bind(decideConsent, async ({ actor, body }) => {
    const person = await demandSignedIn(deps, actor)
    const params = readConsentRequest(body.request)
    const asked = await readAuthorizeRequest(deps.db, deps.publicUrl(), params)
    if ('to' in asked) return asked
    if (!body.allow) return { to: deny(deps, asked) }
    if (needsFreshSignIn(deps, asked, person)) return { to: signInPage(params) }
    return { to: await approve(deps, asked, person, body.orgs) }
  })
}

interface OrgQuestion {
  readonly scopes: AuthorizeRequest['scopes']
  readonly person: SignedIn
  /** Organisations the app named; they stand ticked. */
  readonly wanted: readonly string[]
}

async function showOrgs(deps: OauthDeps, app: OauthAppRow, { scopes, person, wanted }: OrgQuestion) {
  const choices = await choosableOrgIds(deps, app, scopes, person)
  const rows = await listAccountRowsById(
    deps.db,
    choices.map((choice) => choice.id),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return choices.flatMap(({ id, isGranted }) => {
    const row = byId.get(id)
    if (!row) return []
    const { name, fullname } = row
    return [{ id, name, fullname, avatarUrl: avatarUrlOf(row), isGranted: isGranted || wanted.includes(id) }]
  })
}

function bindDevicePage(http: Http, deps: OauthDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(inspectDevice, async ({ actor, body, request }) => {
    const person = await demandSignedIn(deps, actor)
    const device = await findDevice(deps, person, { userCode: body.userCode, address: request.ip })
    const app = await getOauthAppById(deps.db, device.appId)
    const scopes = knownScopes(device.scopes)
    return {
      app: showApp(app),
      scopes,
      orgs: await showOrgs(deps, app, { scopes, person, wanted: [] }),
      userCode: showUserCode(device.userCode),
      addressPrefix: device.addressPrefix,
      userAgent: device.userAgent,
      expiresAt: device.expiresAt.toISOString(),
    }
  })

  stoa.bind(decideDevice, async ({ actor, body, request }) => {
    const person = await demandSignedIn(deps, actor)
    const device = await findDevice(deps, person, { userCode: body.userCode, address: request.ip })
    await answerWaiting(deps, device, person, { allow: body.allow, orgs: body.orgs })
  })
}

function bindGrants(http: Http, deps: OauthDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(listOauthGrants, async ({ actor }) => {
    requireSession(actor)
    const rows = await listGrants(deps.db, actor.userId, deps.clock.now())
    const orgs = await listAccountRowsById(deps.db, [...new Set(rows.flatMap((row) => row.orgIds))])
    const nameOf = new Map(orgs.map((org) => [org.id, org.name]))
    return rows.map((row) => showGrant(row, nameOf))
  })

  stoa.bind(revokeOauthGrant, async ({ actor, params }) => {
    requireSession(actor)
    const grant = await findGrantById(deps.db, params.grantId)
    if (grant?.userId !== actor.userId) throw refuse('NotFound')
    await deps.write(async (tx) => {
      if (await deleteGrant(tx, actor.userId, grant.id))
        await recordGrant(tx, deps, grant, { action: 'auth.app.revoke' })
    })
    deps.accounts.forgetUser(actor.userId)
  })
}

function showGrant(row: ShownGrantRow, nameOf: ReadonlyMap<string, string>) {
  const { clientId, appName, homepage } = row
  const scopes: OauthScope[] = knownScopes(row.scopes)
  return {
    id: row.id,
    app: showApp({ clientId, name: appName, homepage, origin: row.origin as OauthAppRow['origin'] }),
    scopes,
    allOrgs: row.allOrgs,
    orgs: row.orgIds.flatMap((id) => {
      const name = nameOf.get(id)
      return name === undefined ? [] : [{ id, name }]
    }),
    signIns: row.signIns,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}
