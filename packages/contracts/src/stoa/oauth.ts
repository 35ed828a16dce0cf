import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { OAUTH_SCOPES } from '../hub/oauth.js'

const date = z.iso.datetime()
const scopes = z.array(z.enum(OAUTH_SCOPES))
const origin = z.enum(['built_in', 'manifest', 'person', 'registered'])
const MAX_REQUEST = 12_000
const MAX_ORGS = 500

const askingApp = z.object({
  clientId: z.string(),
  name: z.string(),
  homepage: z.string().nullable(),
  /** `registered` means that nobody here has looked at the app. */
  origin,
})
const askingOrg = z.object({
  id: z.string(),
  name: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  /** The app may work for it already. */
  isGranted: z.boolean(),
})
const asking = {
  app: askingApp,
  scopes,
  /** Empty when the scopes touch nothing an organisation owns. */
  orgs: z.array(askingOrg),
}
const decision = {
  allow: z.boolean(),
  /** Organisations the app may work for besides the person: all, or these ids. */
  orgs: z.union([z.literal('all'), z.array(z.string().max(24)).max(MAX_ORGS)]).optional(),
}
/** The query of /oauth/authorize in base64url: one opaque text that no router of pages rewrites. */
const request = z.string().max(MAX_REQUEST)

export const inspectConsent = route({
  id: 'accounts.oauth.consent.inspect',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/oauth/consent/inspect',
  summary: 'What an app asks for; `to` when nothing is left to ask.',
  auth: 'user',
  body: z.strictObject({ request }),
  response: z.union([
    z.object({ to: z.string() }),
    z.object({ ...asking, /** Host or scheme the person will be sent to. */ destination: z.string() }),
  ]),
  errors: ['SessionRequired', 'OauthInvalidRequest', 'OauthInvalidClient', 'OauthInvalidRedirectUri'],
})

export const decideConsent = route({
  id: 'accounts.oauth.consent.decide',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/oauth/consent',
  summary: 'Lets an app in, or not; answers where to send the browser.',
  auth: 'user',
  body: z.strictObject({ request, ...decision }),
  response: z.object({ to: z.string() }),
  errors: [
    'SessionRequired',
    'OauthInvalidRequest',
    'OauthInvalidClient',
    'OauthInvalidRedirectUri',
    'CrossSiteRequest',
  ],
})

const userCode = z.string().min(1).max(40)

export const inspectDevice = route({
  id: 'accounts.oauth.device.inspect',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/oauth/device/inspect',
  summary: 'Which program waits for a code, and what it asks for.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ userCode }),
  response: z.object({
    ...asking,
    userCode: z.string(),
    /** Network and program the request came from, to tell one's own from a stranger's. */
    addressPrefix: z.string(),
    userAgent: z.string(),
    expiresAt: date,
  }),
  errors: ['SessionRequired', 'DeviceCodeUnknown', 'SignInThrottled', 'RateLimited'],
})

export const decideDevice = route({
  id: 'accounts.oauth.device.decide',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/oauth/device',
  summary: 'Signs the waiting program in, or refuses it.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ userCode, ...decision }),
  errors: ['SessionRequired', 'DeviceCodeUnknown', 'SignInThrottled', 'CrossSiteRequest', 'RateLimited'],
})

export const listOauthGrants = route({
  id: 'accounts.oauth.grants.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/oauth/grants',
  summary: 'Apps I let in, what they may do, and when they last did.',
  auth: 'user',
  response: z.array(
    z.object({
      id: z.string(),
      app: askingApp,
      scopes,
      allOrgs: z.boolean(),
      orgs: z.array(z.object({ id: z.string(), name: z.string() })),
      signIns: z.number().int(),
      createdAt: date,
      lastUsedAt: date.nullable(),
    }),
  ),
  errors: ['Unauthorized', 'SessionRequired'],
})

export const revokeOauthGrant = route({
  id: 'accounts.oauth.grants.revoke',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/oauth/grants/:grantId',
  summary: 'Puts an app out: all its tokens end at once.',
  auth: 'user',
  params: z.object({ grantId: z.string().max(24) }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})

const appName = z.string().trim().min(1).max(80)
const homepage = z.union([z.url({ protocol: /^https?$/ }).max(300), z.literal('')])
const redirectUris = z.array(z.string().max(500)).min(1).max(50)

const ownApp = z.object({
  id: z.string(),
  clientId: z.string(),
  name: z.string(),
  homepage: z.string().nullable(),
  redirectUris: z.array(z.string()),
  scopes,
  /** Runs where a secret cannot be kept: a page, a phone, a command line. */
  isPublic: z.boolean(),
  hasSecret: z.boolean(),
  createdAt: date,
})
const appFields = {
  name: appName,
  homepage: homepage.optional(),
  redirectUris,
  scopes: scopes.min(1),
  isPublic: z.boolean(),
}

export const listOauthApps = route({
  id: 'accounts.oauth.apps.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/oauth/apps',
  summary: 'Apps I made.',
  auth: 'user',
  response: z.array(ownApp),
  errors: ['Unauthorized', 'SessionRequired'],
})

export const createOauthApp = route({
  id: 'accounts.oauth.apps.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/oauth/apps',
  summary: 'Makes an app that signs people in here. Its secret is in this answer and nowhere else.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject(appFields),
  response: z.object({ app: ownApp, secret: z.string().nullable() }),
  errors: ['Unauthorized', 'SessionRequired', 'OauthInvalidRedirectUri', 'OauthAppLimit'],
})

export const updateOauthApp = route({
  id: 'accounts.oauth.apps.update',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/accounts/oauth/apps/:appId',
  summary: 'Changes an app I made; what is not sent stays.',
  auth: 'user',
  params: z.object({ appId: z.string().max(24) }),
  body: z.strictObject({
    name: appName.optional(),
    homepage: homepage.optional(),
    redirectUris: redirectUris.optional(),
    scopes: scopes.min(1).optional(),
  }),
  response: ownApp,
  errors: ['Unauthorized', 'SessionRequired', 'NotFound', 'OauthInvalidRedirectUri'],
})

export const renewOauthSecret = route({
  id: 'accounts.oauth.apps.renewSecret',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/oauth/apps/:appId/secret',
  summary: 'A new secret for an app I made; the old one ends at once.',
  auth: 'user',
  rate: 'auth',
  params: z.object({ appId: z.string().max(24) }),
  response: z.object({ secret: z.string() }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound', 'OauthUnauthorizedClient'],
})

export const deleteOauthApp = route({
  id: 'accounts.oauth.apps.delete',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/oauth/apps/:appId',
  summary: 'Removes an app I made; everybody it signed in is signed out of it.',
  auth: 'user',
  params: z.object({ appId: z.string().max(24) }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})

/** Claims of a build job's identity and what they must be; `*` stands for anything but a slash, `**` for anything. */
export const publisherClaims = z
  .record(z.string().regex(/^[\w:/.-]{1,100}$/), z.string().min(1).max(200))
  .refine((claims) => Object.keys(claims).length <= 20, 'at most 20 claims')

const publisher = z.object({
  id: z.string(),
  issuer: z.string(),
  targetType: z.enum(['model', 'dataset', 'space', 'kernel', 'user']),
  targetName: z.string(),
  claims: z.record(z.string(), z.string()),
  /** Who said so; the job acts as this person, for this repository only. */
  user: z.string(),
  createdAt: date,
  lastUsedAt: date.nullable(),
})

export const listPublishers = route({
  id: 'accounts.publishers.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/publishers/:name',
  summary: 'Trusted publishers of the repositories of an account I administer.',
  auth: 'user',
  params: z.object({ name: accountNameParam }),
  response: z.object({
    issuers: z.array(z.object({ issuer: z.string(), kind: z.string() })),
    publishers: z.array(publisher),
  }),
  errors: ['Unauthorized', 'SessionRequired', 'Forbidden', 'AccountNotFound'],
})

export const addPublisher = route({
  id: 'accounts.publishers.add',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/publishers',
  summary: 'Lets a build job elsewhere write to one repository, without a secret kept there.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({
    issuer: z.string().max(300),
    targetType: z.enum(['model', 'dataset', 'space', 'kernel', 'user']),
    targetName: z.string().min(1).max(200),
    claims: publisherClaims,
  }),
  response: publisher,
  errors: ['Unauthorized', 'SessionRequired', 'Forbidden', 'AccountNotFound', 'IssuerNotTrusted', 'InvalidRequest'],
})

export const removePublisher = route({
  id: 'accounts.publishers.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/publishers/:publisherId',
  summary: 'Ends a trusted publisher and the tokens it got.',
  auth: 'user',
  params: z.object({ publisherId: z.string().max(24) }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})
