import { z } from 'zod'
import { route } from '../define.js'

/** Scopes an app may ask for (hub-api 5.6). */
export const OAUTH_SCOPES = [
  'openid',
  'profile',
  'email',
  'read-billing',
  'read-memberships',
  'read-repos',
  'gated-repos',
  'contribute-repos',
  'write-repos',
  'manage-repos',
  'read-collections',
  'write-collections',
  'inference-api',
  'read-endpoints',
  'write-endpoints',
  'jobs',
  'webhooks',
  'write-discussions',
] as const
export type OauthScope = (typeof OAUTH_SCOPES)[number]

export const GRANT_TYPES = {
  code: 'authorization_code',
  refresh: 'refresh_token',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
} as const

const MAX_VALUE = 4096
/** An identity token of a build job is longer than anything else an app sends. */
const MAX_SUBJECT_TOKEN = 16_384
const text = z.string().max(MAX_VALUE)
const BODY_LIMIT = 64 * 1024

/** Parameters of `/oauth/authorize`; others are ignored, as the standard wants. */
export const authorizeParams = z.object({
  client_id: text.optional(),
  redirect_uri: text.optional(),
  response_type: text.optional(),
  response_mode: text.optional(),
  scope: text.optional(),
  state: text.optional(),
  nonce: text.optional(),
  code_challenge: text.optional(),
  code_challenge_method: text.optional(),
  prompt: text.optional(),
  max_age: text.optional(),
  /** Organisations the app wants to work for, by id, separated by commas (a parameter of the Hub). */
  orgIds: text.optional(),
})
export type AuthorizeParams = z.output<typeof authorizeParams>

const metadata = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  userinfo_endpoint: z.string(),
  jwks_uri: z.string(),
  device_authorization_endpoint: z.string(),
  registration_endpoint: z.string(),
})

export const openidConfiguration = route({
  id: 'oauth.discovery',
  family: 'oauth',
  method: 'GET',
  path: '/.well-known/openid-configuration',
  summary: 'Where signing in with this platform happens and what it can do (OpenID Connect Discovery).',
  auth: 'none',
  rate: 'pages',
  response: metadata,
  errors: [],
})

export const oauthServerMetadata = route({
  id: 'oauth.serverMetadata',
  family: 'oauth',
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  summary: 'The same for plain OAuth clients (RFC 8414).',
  auth: 'none',
  rate: 'pages',
  response: metadata,
  errors: [],
})

const jwks = z.object({ keys: z.array(z.record(z.string(), z.string())) })

export const oauthKeys = route({
  id: 'oauth.keys',
  family: 'oauth',
  method: 'GET',
  path: '/oauth/jwks',
  summary: 'Public keys of identity tokens.',
  auth: 'none',
  rate: 'pages',
  response: jwks,
  errors: [],
})

/** The Hub's own address of the same keys (hub-api 2.98). */
export const hubKeys = route({ ...oauthKeys, id: 'hub.keys.jwt', path: '/api/keys/jwt' })

const authorizeBase = {
  family: 'oauth',
  path: '/oauth/authorize',
  auth: 'optional',
  rate: 'pages',
  query: authorizeParams,
  errors: ['OauthInvalidRequest', 'OauthInvalidClient', 'OauthInvalidRedirectUri'],
} as const

export const authorize = route({
  ...authorizeBase,
  id: 'oauth.authorize',
  method: 'GET',
  summary: 'Begins a sign-in: 303 back to the app with a code, or to the page that asks the person.',
})

export const authorizeByPost = route({
  ...authorizeBase,
  id: 'oauth.authorizeByPost',
  method: 'POST',
  summary: 'The same with the parameters in the query or a form.',
  body: authorizeParams.optional(),
  bodyLimitBytes: BODY_LIMIT,
})

export const tokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.number().int(),
  scope: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
  issued_token_type: z.string().optional(),
})
export type TokenAnswer = z.output<typeof tokenAnswer>

const clientFields = { client_id: text.optional(), client_secret: text.optional() }

/** Form or JSON; the client may also show itself by HTTP Basic (hub-api 2.94). */
export const oauthToken = route({
  id: 'oauth.token',
  family: 'oauth',
  method: 'POST',
  path: '/oauth/token',
  summary: 'Exchanges a code, a refresh token, a device code or the identity of a build job for an access token.',
  auth: 'none',
  body: z.object({
    ...clientFields,
    grant_type: text,
    code: text.optional(),
    redirect_uri: text.optional(),
    code_verifier: text.optional(),
    refresh_token: text.optional(),
    device_code: text.optional(),
    scope: text.optional(),
    subject_token: z.string().max(MAX_SUBJECT_TOKEN).optional(),
    subject_token_type: text.optional(),
    requested_token_type: text.optional(),
    resource: text.optional(),
  }),
  response: tokenAnswer,
  bodyLimitBytes: BODY_LIMIT,
  errors: [
    'OauthInvalidRequest',
    'OauthInvalidClient',
    'OauthInvalidGrant',
    'OauthUnauthorizedClient',
    'OauthUnsupportedGrantType',
    'OauthInvalidScope',
    'OauthInvalidTarget',
    'OauthAccessDenied',
    'OauthAuthorizationPending',
    'OauthSlowDown',
    'OauthExpiredToken',
    'RateLimited',
  ],
})

export const startDevice = route({
  id: 'oauth.device.start',
  family: 'oauth',
  method: 'POST',
  path: '/oauth/device',
  summary: 'Begins a sign-in of a program without a browser (RFC 8628).',
  auth: 'none',
  rate: 'auth',
  body: z.object({ ...clientFields, scope: text.optional() }),
  response: z.object({
    device_code: z.string(),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string(),
    expires_in: z.number().int(),
    interval: z.number().int(),
  }),
  bodyLimitBytes: BODY_LIMIT,
  errors: ['OauthInvalidClient', 'OauthUnauthorizedClient', 'OauthInvalidScope', 'RateLimited'],
})

const userinfoOrg = z.object({
  sub: z.string(),
  name: z.string(),
  preferred_username: z.string(),
  picture: z.string(),
  plan: z.string().optional(),
  canPay: z.boolean().optional(),
  roleInOrg: z.string().optional(),
})

/** By scope: `sub` always, the rest with `profile`, `email`, `read-billing` (hub-api 2.96). */
export const userinfoAnswer = z.object({
  sub: z.string(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  profile: z.string().optional(),
  picture: z.string().optional(),
  website: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  isPro: z.boolean().optional(),
  canPay: z.boolean().optional(),
  orgs: z.array(userinfoOrg).optional(),
})
export type UserinfoAnswer = z.output<typeof userinfoAnswer>

const userinfoBase = {
  family: 'oauth',
  path: '/oauth/userinfo',
  auth: 'user',
  response: userinfoAnswer,
  errors: ['Unauthorized', 'InvalidCredentials', 'OauthInvalidToken', 'OauthInsufficientScope'],
} as const

export const userinfo = route({
  ...userinfoBase,
  id: 'oauth.userinfo',
  method: 'GET',
  summary: 'Who signed in, as far as the scopes of the token tell.',
})
export const userinfoByPost = route({
  ...userinfoBase,
  id: 'oauth.userinfoByPost',
  method: 'POST',
  summary: 'The same by POST.',
})

const tokenAsked = z.object({ ...clientFields, token: text, token_type_hint: text.optional() })

export const revokeOauthToken = route({
  id: 'oauth.revoke',
  family: 'oauth',
  method: 'POST',
  path: '/oauth/revoke',
  summary: 'Ends a token of this app; a refresh token ends with everything that came from it (RFC 7009).',
  auth: 'none',
  body: tokenAsked,
  bodyLimitBytes: BODY_LIMIT,
  errors: ['OauthInvalidClient', 'OauthInvalidRequest'],
})

export const introspectOauthToken = route({
  id: 'oauth.introspect',
  family: 'oauth',
  method: 'POST',
  path: '/oauth/introspect',
  summary: 'What a token of this app is worth; only for apps with a secret (RFC 7662).',
  auth: 'none',
  body: tokenAsked,
  response: z.object({
    active: z.boolean(),
    scope: z.string().optional(),
    client_id: z.string().optional(),
    username: z.string().optional(),
    token_type: z.string().optional(),
    sub: z.string().optional(),
    iss: z.string().optional(),
    exp: z.number().int().optional(),
    iat: z.number().int().optional(),
  }),
  bodyLimitBytes: BODY_LIMIT,
  errors: ['OauthInvalidClient', 'OauthInvalidRequest'],
})

const REDIRECTS_MAX = 50
const redirectUris = z.array(z.string().max(500)).min(1).max(REDIRECTS_MAX)

export const registerOauthApp = route({
  id: 'oauth.register',
  family: 'oauth',
  method: 'POST',
  path: '/oauth/register',
  summary: 'An app makes itself known (RFC 7591). People are told that nobody has checked it.',
  auth: 'none',
  rate: 'auth',
  body: z.object({
    redirect_uris: redirectUris,
    client_name: z.string().trim().max(80).optional(),
    client_uri: z.string().max(300).optional(),
    scope: text.optional(),
    token_endpoint_auth_method: z.string().max(60).optional(),
    grant_types: z.array(z.string().max(100)).max(10).optional(),
    response_types: z.array(z.string().max(60)).max(10).optional(),
  }),
  response: z.object({
    client_id: z.string(),
    client_id_issued_at: z.number().int(),
    client_secret: z.string().optional(),
    client_secret_expires_at: z.number().int().optional(),
    client_name: z.string(),
    client_uri: z.string().optional(),
    redirect_uris: z.array(z.string()),
    scope: z.string(),
    token_endpoint_auth_method: z.enum(['none', 'client_secret_basic', 'client_secret_post']),
    grant_types: z.array(z.string()),
    response_types: z.array(z.string()),
  }),
  bodyLimitBytes: BODY_LIMIT,
  errors: ['OauthInvalidRedirectUri', 'OauthInvalidClientMetadata', 'RateLimited'],
})
