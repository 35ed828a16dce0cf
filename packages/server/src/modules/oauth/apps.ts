import { OAUTH_SCOPES, type OauthScope, type ResponseOf, refuse, type registerOauthApp } from '@stoa/contracts'
import { randomUUID } from 'node:crypto'
import { hashSecret, makeTokenSecret } from '../accounts/index.js'
import { countRegisteredApps, listAppsOf, type OauthAppRow, upsertOauthApp } from './queries/apps.js'
import type { OauthDeps } from './deps.js'
import { appFacts, recordApp } from './record.js'
import { findRedirectProblem } from './redirect-uri.js'

const MAX_APPS = 100
/** Apps that made themselves known and were never let in go after a month; more than this at once are refused. */
const MAX_REGISTERED = 5_000
const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

/** Throws `OauthInvalidRedirectUri` for an address people cannot be sent back to. */
export function checkRedirectUris(uris: readonly string[]): void {
  for (const uri of uris) {
    const problem = findRedirectProblem(uri)
    if (problem !== null)
      throw refuse('OauthInvalidRedirectUri', `The redirect address "${uri.slice(0, 100)}" ${problem}.`)
  }
}

export interface NewApp {
  readonly name: string
  readonly homepage: string | null
  readonly redirectUris: readonly string[]
  readonly scopes: readonly OauthScope[]
  readonly isPublic: boolean
  readonly origin: 'person' | 'registered'
  readonly ownerId: string | null
}

/** Makes an app; a confidential one gets a secret, which is in the answer and nowhere else. */
export async function createApp(
  deps: OauthDeps,
  app: NewApp,
): Promise<{ readonly app: OauthAppRow; readonly secret: string | null; readonly createdAt: Date }> {
  checkRedirectUris(app.redirectUris)
  const createdAt = deps.clock.now()
  const secret = app.isPublic ? null : makeTokenSecret(undefined, 'client')
  const row: OauthAppRow = {
    ...app,
    id: deps.ids.next(),
    clientId: randomUUID(),
    secretHash: secret === null ? null : hashSecret(secret),
    autoApprove: false,
  }
  await deps.write(async (tx) => {
    if (app.ownerId !== null && (await listAppsOf(tx, app.ownerId)).length >= MAX_APPS) throw refuse('OauthAppLimit')
    if (app.origin === 'registered' && (await countRegisteredApps(tx)) >= MAX_REGISTERED) throw refuse('RateLimited')
    await upsertOauthApp(tx, row, createdAt)
    await recordApp(tx, deps, row.id, { action: 'app.create', after: { ...appFacts(row), origin: row.origin } })
  })
  return { app: row, secret, createdAt }
}

type Registration = {
  readonly redirect_uris: readonly string[]
  readonly client_name?: string | undefined
  readonly client_uri?: string | undefined
  readonly scope?: string | undefined
  readonly token_endpoint_auth_method?: string | undefined
  readonly grant_types?: readonly string[] | undefined
  readonly response_types?: readonly string[] | undefined
}

/** An app makes itself known (RFC 7591); what it asks for beyond what is here is left out of the answer. */
export async function registerApp(deps: OauthDeps, body: Registration): Promise<ResponseOf<typeof registerOauthApp>> {
  const method = readMethod(body.token_endpoint_auth_method)
  const asked = body.scope?.split(' ')
  const scopes = OAUTH_SCOPES.filter((scope) => asked?.includes(scope) ?? true)
  const homepage = readHomepage(body.client_uri)
  const { app, secret, createdAt } = await createApp(deps, {
    name: body.client_name ?? '',
    homepage,
    redirectUris: [...new Set(body.redirect_uris)],
    scopes: scopes.length === 0 ? ['openid', 'profile'] : scopes,
    isPublic: method === 'none',
    origin: 'registered',
    ownerId: null,
  })
  return {
    client_id: app.clientId,
    client_id_issued_at: Math.floor(createdAt.getTime() / 1000),
    ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: app.name,
    ...(homepage === null ? {} : { client_uri: homepage }),
    redirect_uris: [...app.redirectUris],
    scope: app.scopes.join(' '),
    token_endpoint_auth_method: method,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
}

function readMethod(asked: string | undefined): (typeof AUTH_METHODS)[number] {
  const method = AUTH_METHODS.find((one) => one === (asked ?? 'client_secret_basic'))
  if (!method)
    throw refuse('OauthInvalidClientMetadata', `token_endpoint_auth_method is one of ${AUTH_METHODS.join(', ')}.`)
  return method
}

function readHomepage(uri: string | undefined): string | null {
  if (uri === undefined || uri === '') return null
  if (URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)) return uri
  throw refuse('OauthInvalidClientMetadata', 'client_uri is not a web address.')
}
