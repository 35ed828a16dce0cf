import {
  authorize,
  authorizeByPost,
  type AuthorizeParams,
  GRANT_TYPES,
  hubKeys,
  introspectOauthToken,
  oauthKeys,
  oauthServerMetadata,
  oauthToken,
  openidConfiguration,
  refuse,
  registerOauthApp,
  revokeOauthToken,
  startDevice,
  StoaError,
  userinfo,
  userinfoByPost,
} from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { visitorOf } from '../../accounts/index.js'
import { registerApp } from '../apps.js'
import { consentPage, errorAddress, readAuthorizeRequest, signInPage } from '../authorize-request.js'
import { admitClient, readClient } from '../client-auth.js'
import { needsFreshSignIn, readSignedIn, settleQuietly } from '../consent.js'
import { describeProvider } from '../discovery.js'
import { exchangeDeviceCode, startDevice as beginDevice } from '../device.js'
import { exchangeCode } from '../exchange-code.js'
import { exchangeIdentity } from '../exchange-identity.js'
import { introspect } from '../introspect.js'
import { refreshTokens, revokeToken } from '../refresh-tokens.js'
import { buildUserinfo } from '../userinfo.js'
import type { OauthDeps } from '../deps.js'

const KEYS_CACHE = 'public, max-age=300'

/** The protocol of signing in with this platform (hub-api 5.6). */
export function bindOauth(http: Http, deps: OauthDeps): void {
  bindDescription(http, deps)
  bindTokens(http, deps)
  const oauth = http.scope('oauth')
  oauth.bind(authorize, ({ actor, query, request, reply }) =>
    answerAuthorize(deps, { actor, params: query, request, reply }),
  )
  oauth.bind(authorizeByPost, ({ actor, query, body, request, reply }) =>
    answerAuthorize(deps, { actor, params: { ...query, ...body }, request, reply }),
  )
  oauth.bind(userinfo, ({ actor }) => buildUserinfo(deps, actor))
  oauth.bind(userinfoByPost, ({ actor }) => buildUserinfo(deps, actor))
  oauth.bind(registerOauthApp, async ({ body, reply }) => {
    reply.code(201).header('cache-control', 'no-store')
    return registerApp(deps, body)
  })
  oauth.bind(startDevice, async ({ body, request, reply }) => {
    reply.header('cache-control', 'no-store')
    const sent = readClient(request.headers.authorization, body)
    return beginDevice(deps, sent, { scope: body.scope, visitor: visitorOf(request) })
  })
}

function bindDescription(http: Http, deps: OauthDeps): void {
  const oauth = http.scope('oauth')
  for (const route of [openidConfiguration, oauthServerMetadata]) {
    oauth.bind(route, async ({ reply }) => {
      reply.header('cache-control', KEYS_CACHE)
      return describeProvider(deps.publicUrl())
    })
  }
  for (const route of [oauthKeys, hubKeys]) {
    oauth.bind(route, async ({ reply }) => {
      reply.header('cache-control', KEYS_CACHE)
      return { keys: [...(await deps.keys.publicKeys())] }
    })
  }
}

function bindTokens(http: Http, deps: OauthDeps): void {
  const oauth = http.scope('oauth')
  oauth.bind(oauthToken, async ({ body, request, reply }) => {
    reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
    const sent = readClient(request.headers.authorization, body)
    if (body.grant_type === GRANT_TYPES.code) return exchangeCode(deps, sent, body)
    if (body.grant_type === GRANT_TYPES.refresh) return refreshTokens(deps, sent, body)
    if (body.grant_type === GRANT_TYPES.device) return exchangeDeviceCode(deps, sent, body.device_code)
    if (body.grant_type === GRANT_TYPES.exchange) return exchangeIdentity(deps, body)
    throw refuse('OauthUnsupportedGrantType')
  })
  oauth.bind(revokeOauthToken, async ({ body, request, reply }) => {
    const client = await admitClient(deps.db, readClient(request.headers.authorization, body))
    await revokeToken(deps, client, body.token)
    return reply.code(200).send()
  })
  oauth.bind(introspectOauthToken, async ({ body, request, reply }) => {
    reply.header('cache-control', 'no-store')
    const client = await admitClient(deps.db, readClient(request.headers.authorization, body))
    return introspect(deps, client, body.token)
  })
}

interface Asked {
  readonly actor: Actor
  readonly params: AuthorizeParams
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** 303, never 302: a browser that came by POST must go on by GET, and the Hub's clients look for it. */
async function answerAuthorize(deps: OauthDeps, { actor, params, request, reply }: Asked): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  const page = consentPage(params)
  let asked: Awaited<ReturnType<typeof readAuthorizeRequest>>
  try {
    asked = await readAuthorizeRequest(deps.db, deps.publicUrl(), params)
  } catch (error) {
    // A person reads the page's words, a program the refusal; neither is sent to an address that is not the app's.
    if (error instanceof StoaError && request.headers.accept?.includes('text/html')) return reply.redirect(page, 303)
    throw error
  }
  if ('to' in asked) return reply.redirect(asked.to, 303)
  const person = await readSignedIn(deps, actor)
  if (!person || asked.prompts.has('login') || needsFreshSignIn(deps, asked, person)) {
    if (asked.prompts.has('none')) {
      return reply.redirect(errorAddress(asked, deps.publicUrl(), 'OauthLoginRequired', 'Nobody is signed in.'), 303)
    }
    return reply.redirect(signInPage(params), 303)
  }
  return reply.redirect((await settleQuietly(deps, asked, person)) ?? page, 303)
}
