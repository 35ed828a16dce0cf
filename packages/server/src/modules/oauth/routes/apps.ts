import {
  createOauthApp,
  deleteOauthApp,
  listOauthApps,
  refuse,
  renewOauthSecret,
  updateOauthApp,
} from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { checkRedirectUris, createApp } from '../apps.js'
import { appFacts, recordApp } from '../record.js'
import { knownScopes } from '../scopes.js'
import { deleteOauthApp as removeApp, listAppsOf, type OauthAppRow, upsertOauthApp } from '../queries/apps.js'
import type { OauthDeps } from '../deps.js'
import { pickDefined } from '../../../kit/http/sent-fields.js'
import { hashSecret, makeTokenSecret, requireSession } from '../../accounts/index.js'

type OwnApp = OauthAppRow & { readonly createdAt: Date }

/** Apps that a person made to sign others in with this platform. */
export function bindOauthApps(http: Http, deps: OauthDeps): void {
  const stoa = http.scope('stoa')
  const getOwn = async (ownerId: string, appId: string): Promise<OwnApp> => {
    const app = (await listAppsOf(deps.db, ownerId)).find((one) => one.id === appId)
    if (!app) throw refuse('NotFound')
    return app
  }

  stoa.bind(listOauthApps, async ({ actor }) => {
    requireSession(actor)
    return (await listAppsOf(deps.db, actor.userId)).map(showOwnApp)
  })

  stoa.bind(createOauthApp, async ({ actor, body, reply }) => {
    requireSession(actor)
    const wanted = { ...body, homepage: body.homepage || null, origin: 'person', ownerId: actor.userId } as const
    const { app, secret, createdAt } = await createApp(deps, wanted)
    reply.header('cache-control', 'no-store')
    return { app: showOwnApp({ ...app, createdAt }), secret }
  })

  stoa.bind(updateOauthApp, async ({ actor, params, body }) => {
    requireSession(actor)
    const app = await getOwn(actor.userId, params.appId)
    checkRedirectUris(body.redirectUris ?? [])
    const { createdAt, ...before } = app
    const { homepage, ...rest } = body
    const after = { ...before, ...pickDefined(rest), ...(homepage === undefined ? {} : { homepage: homepage || null }) }
    await deps.write(async (tx) => {
      await upsertOauthApp(tx, after, deps.clock.now())
      await recordApp(tx, deps, app.id, { action: 'app.update', before: appFacts(before), after: appFacts(after) })
    })
    return showOwnApp({ ...after, createdAt })
  })

  stoa.bind(renewOauthSecret, async ({ actor, params, reply }) => {
    requireSession(actor)
    const { createdAt: _, ...app } = await getOwn(actor.userId, params.appId)
    if (app.isPublic) throw refuse('OauthUnauthorizedClient', 'A public app has no secret.')
    const secret = makeTokenSecret(undefined, 'client')
    await deps.write(async (tx) => {
      await upsertOauthApp(tx, { ...app, secretHash: hashSecret(secret) }, deps.clock.now())
      await recordApp(tx, deps, app.id, { action: 'app.renew_secret', after: { isSecretChanged: true } })
    })
    reply.header('cache-control', 'no-store')
    return { secret }
  })

  stoa.bind(deleteOauthApp, async ({ actor, params }) => {
    requireSession(actor)
    const app = await getOwn(actor.userId, params.appId)
    await deps.write(async (tx) => {
      await removeApp(tx, app.clientId)
      await recordApp(tx, deps, app.id, { action: 'app.delete', before: appFacts(app) })
    })
    deps.accounts.forgetAll()
  })
}

function showOwnApp(app: OwnApp) {
  return {
    id: app.id,
    clientId: app.clientId,
    name: app.name,
    homepage: app.homepage,
    redirectUris: [...app.redirectUris],
    scopes: knownScopes(app.scopes),
    isPublic: app.isPublic,
    hasSecret: app.secretHash !== null,
    createdAt: app.createdAt.toISOString(),
  }
}
