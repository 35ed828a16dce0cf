import { z } from 'zod'
import { route } from '../define.js'

/** The first segment of an address: a user or an organisation. Case does not matter. */
export const accountNameParam = z.string().min(1).max(96)
const byName = z.object({ name: accountNameParam })

const memberRole = z.enum(['admin', 'write', 'contributor', 'read', 'no_access'])
const date = z.iso.datetime()

const whoamiOrg = z.object({
  type: z.literal('org'),
  id: z.string(),
  name: z.string(),
  fullname: z.string(),
  email: z.string().nullable(),
  canPay: z.boolean(),
  billingMode: z.enum(['prepaid', 'postpaid']),
  avatarUrl: z.string(),
  periodEnd: z.number().nullable(),
  plan: z.string().optional(),
  roleInOrg: memberRole,
  /** Why nothing private of it is shown to this credential. */
  securityRestrictions: z.array(z.enum(['mfa', 'token-policy', 'token-revoked', 'sso', 'ip'])).optional(),
})

const fineGrained = z.object({
  scoped: z.array(
    z.object({
      entity: z.object({ _id: z.string(), name: z.string(), type: z.string() }),
      permissions: z.array(z.string()),
    }),
  ),
})

const whoamiAuth = z.object({
  type: z.enum(['access_token', 'session', 'app_token_as_user']),
  accessToken: z
    .object({
      displayName: z.string(),
      role: z.enum(['read', 'write', 'fineGrained']),
      createdAt: date,
      fineGrained: fineGrained.optional(),
    })
    .optional(),
  expiresAt: date.optional(),
  resource: z.object({ sub: z.string() }).optional(),
})

/** `GET /api/whoami-v2` (hub-api 1.01). A client test compares the whole object: no key beyond these. */
export const whoami = route({
  id: 'hub.whoami',
  family: 'hub',
  method: 'GET',
  path: '/api/whoami-v2',
  summary: 'Who the credential belongs to, their organisations, and what the token may do.',
  auth: 'user',
  response: z.strictObject({
    type: z.literal('user'),
    id: z.string(),
    name: z.string(),
    fullname: z.string(),
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    canPay: z.boolean(),
    billingMode: z.enum(['prepaid', 'postpaid']),
    periodEnd: z.number().nullable(),
    isPro: z.boolean(),
    avatarUrl: z.string(),
    orgs: z.array(whoamiOrg),
    auth: whoamiAuth,
  }),
  errors: ['Unauthorized', 'InvalidCredentials'],
})

const counts = {
  numModels: z.number().int(),
  numDatasets: z.number().int(),
  numSpaces: z.number().int(),
}

/** `GET /api/users/{name}/overview` (hub-api 2.35). */
export const userOverview = route({
  id: 'hub.users.overview',
  family: 'hub',
  method: 'GET',
  path: '/api/users/:name/overview',
  summary: 'Public facts of a user.',
  auth: 'optional',
  params: byName,
  response: z.object({
    _id: z.string(),
    user: z.string(),
    fullname: z.string(),
    avatarUrl: z.string(),
    type: z.literal('user'),
    isPro: z.boolean(),
    isVerified: z.boolean(),
    details: z.string().optional(),
    createdAt: date,
    ...counts,
    numDiscussions: z.number().int(),
    numPapers: z.number().int(),
    numUpvotes: z.number().int(),
    numLikes: z.number().int(),
    numFollowers: z.number().int(),
    numFollowing: z.number().int(),
    orgs: z.array(z.object({ id: z.string(), name: z.string(), fullname: z.string(), avatarUrl: z.string() })),
  }),
  errors: ['AccountNotFound'],
})

/** `GET /api/organizations/{name}/overview` (hub-api 2.42). */
export const orgOverview = route({
  id: 'hub.orgs.overview',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/overview',
  summary: 'Public facts of an organisation.',
  auth: 'optional',
  params: byName,
  response: z.object({
    _id: z.string(),
    name: z.string(),
    fullname: z.string(),
    avatarUrl: z.string(),
    type: z.literal('org'),
    details: z.string().optional(),
    plan: z.string().optional(),
    isVerified: z.boolean(),
    ...counts,
    numUsers: z.number().int(),
    numFollowers: z.number().int(),
    numPapers: z.number().int(),
  }),
  errors: ['AccountNotFound'],
})

export const MEMBERS_PAGE_MAX = 10_000

/** `GET /api/organizations/{name}/members` (hub-api 2.44). `role` is told to members only. */
export const orgMembers = route({
  id: 'hub.orgs.members',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/members',
  summary: 'Members of an organisation, by name, a page at a time (Link header).',
  auth: 'optional',
  params: byName,
  query: z.object({
    search: z.string().max(96).optional(),
    limit: z.coerce.number().int().min(1).max(MEMBERS_PAGE_MAX).default(500),
    cursor: z.string().max(200).optional(),
  }),
  response: z.array(
    z.object({
      _id: z.string(),
      user: z.string(),
      fullname: z.string(),
      avatarUrl: z.string(),
      isPro: z.boolean(),
      type: z.literal('user'),
      role: memberRole.optional(),
      duties: z.array(z.string()).optional(),
      resourceGroups: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })).optional(),
    }),
  ),
  errors: ['AccountNotFound'],
})

/** `PUT /api/organizations/{name}/members/{user}/role` (hub-api 2.45). */
export const setMemberRole = route({
  id: 'hub.orgs.setMemberRole',
  family: 'hub',
  method: 'PUT',
  path: '/api/organizations/:name/members/:user/role',
  summary: 'Changes the role of a member.',
  auth: 'write',
  params: z.object({ name: accountNameParam, user: accountNameParam }),
  body: z.object({
    role: memberRole,
    /** Resource groups the member is in from now on; what is not sent stays. */
    resourceGroups: z
      .array(z.object({ id: z.string().max(24), role: z.enum(['admin', 'write', 'contributor', 'read']) }))
      .max(1_000)
      .optional(),
  }),
  response: z.object({ user: z.string(), role: memberRole }),
  errors: ['AccountNotFound', 'GroupNotFound', 'Forbidden', 'InsufficientScope', 'LastAdmin'],
})

/** `GET /api/users/{name}/avatar` and the organisation's (hub-api 2.39, 2.40). */
export const userAvatar = route({
  id: 'hub.users.avatar',
  family: 'hub',
  method: 'GET',
  path: '/api/users/:name/avatar',
  summary: 'Where the picture of a user is; a redirect with ?redirect.',
  auth: 'none',
  params: byName,
  query: z.object({ redirect: z.string().optional() }),
  response: z.object({ avatarUrl: z.string() }),
  errors: ['AccountNotFound'],
})

export const orgAvatar = route({
  id: 'hub.orgs.avatar',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/avatar',
  summary: 'Where the picture of an organisation is; a redirect with ?redirect.',
  auth: 'none',
  params: byName,
  query: z.object({ redirect: z.string().optional() }),
  response: z.object({ avatarUrl: z.string() }),
  errors: ['AccountNotFound'],
})

/** `POST /api/credentials/revoke` (hub-api 2.55): secret scanners report leaked tokens; always 202, whatever was true. */
export const revokeCredentials = route({
  id: 'hub.credentials.revoke',
  family: 'hub',
  method: 'POST',
  path: '/api/credentials/revoke',
  summary: 'Revokes access tokens that were found in the open.',
  auth: 'none',
  rate: 'auth',
  body: z.object({ credentials: z.array(z.string().max(200)).max(100) }),
  errors: [],
})

/** Generated picture of an account. */
export const avatarImage = route({
  id: 'web.avatar',
  family: 'web',
  method: 'GET',
  path: '/avatars/:file',
  summary: 'A generated SVG picture; the same id always gives the same one.',
  auth: 'none',
  rate: 'pages',
  params: z.object({ file: z.string().regex(/^[0-9a-f]{24,64}\.svg$/) }),
  errors: ['InvalidRequest'],
})
