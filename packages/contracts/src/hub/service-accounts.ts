import { z } from 'zod'
import { route } from '../define.js'
import { ipRanges } from '../ip-range.js'
import { TOKEN_PERMISSIONS } from '../stoa/token-permissions.js'
import { accountNameParam } from './identity.js'

const date = z.iso.datetime()
const serviceId = z.string().max(24)
const byOrg = z.object({ name: accountNameParam })
const byService = z.object({ name: accountNameParam, serviceId })
const byToken = z.object({ name: accountNameParam, serviceId, tokenId: z.string().max(24) })

/** A machine is never in charge of an organisation. */
const serviceRole = z.enum(['write', 'contributor', 'read', 'no_access'])
const permissions = z.array(z.enum(TOKEN_PERMISSIONS)).min(1).max(TOKEN_PERMISSIONS.length)
const tokenName = z.string().trim().min(1).max(80)

const tokenInfo = z.object({
  id: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  /** Last four characters of the secret. */
  hint: z.string(),
  createdAt: date,
  expiresAt: date.nullable(),
  lastUsedAt: date.nullable(),
  /** Networks it may be used from; none for everywhere. */
  ipRanges: z.array(z.string()),
})
const serviceView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  role: serviceRole,
  resourceGroups: z.array(z.object({ id: z.string(), role: z.string() })),
  createdAt: date,
  tokens: z.array(tokenInfo),
})
export type ServiceAccountView = z.output<typeof serviceView>
const shownOnce = z.object({ token: z.string(), tokenInfo })

/** Service accounts of one organisation. */
export const SERVICE_ACCOUNTS_MAX = 200

const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'] as const

/** Service accounts (hub-api 2.51): accounts of machines, owned by an organisation, with access tokens only. */
export const listServiceAccounts = route({
  id: 'hub.orgs.services.list',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/service-accounts',
  summary: 'Service accounts of an organisation, for its admins.',
  auth: 'user',
  params: byOrg,
  response: z.array(serviceView),
  errors: [...REFUSALS],
})

export const createServiceAccount = route({
  id: 'hub.orgs.services.create',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/service-accounts',
  summary: 'Makes a service account. Its name is one of the account names of this platform.',
  auth: 'write',
  params: byOrg,
  body: z.object({
    name: z.string().max(96),
    description: z.string().max(500).optional(),
    role: serviceRole.default('read'),
    resourceGroups: z
      .array(z.object({ id: z.string().max(24), role: z.enum(['write', 'contributor', 'read']) }))
      .max(100)
      .optional(),
  }),
  response: serviceView,
  errors: [...REFUSALS, 'NameInvalid', 'NameTaken', 'GroupNotFound', 'Conflict'],
})

export const getServiceAccount = route({
  id: 'hub.orgs.services.get',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/service-accounts/:serviceId',
  summary: 'One service account.',
  auth: 'user',
  params: byService,
  response: serviceView,
  errors: [...REFUSALS],
})

export const deleteServiceAccount = route({
  id: 'hub.orgs.services.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/organizations/:name/service-accounts/:serviceId',
  summary: 'Removes a service account and its access tokens.',
  auth: 'write',
  params: byService,
  errors: [...REFUSALS],
})

export const createServiceToken = route({
  id: 'hub.orgs.services.tokens.create',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/service-accounts/:serviceId/tokens',
  summary: 'Makes an access token of a service account. Its secret is in this answer and nowhere else.',
  auth: 'write',
  rate: 'auth',
  params: byService,
  body: z.object({
    name: tokenName,
    permissions,
    expiresInDays: z.number().int().min(1).max(3650).optional(),
    ipRanges: ipRanges.optional(),
  }),
  response: shownOnce,
  errors: [...REFUSALS, 'TokenNameTaken', 'TokenLimit'],
})

export const updateServiceToken = route({
  id: 'hub.orgs.services.tokens.update',
  family: 'hub',
  method: 'PATCH',
  path: '/api/organizations/:name/service-accounts/:serviceId/tokens/:tokenId',
  summary: 'Changes what an access token of a service account may do, and from which networks.',
  auth: 'write',
  params: byToken,
  body: z.object({ permissions: permissions.optional(), ipRanges: ipRanges.optional() }),
  response: tokenInfo,
  errors: [...REFUSALS, 'NotFound'],
})

export const deleteServiceToken = route({
  id: 'hub.orgs.services.tokens.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/organizations/:name/service-accounts/:serviceId/tokens/:tokenId',
  summary: 'Revokes an access token of a service account, at once.',
  auth: 'write',
  params: byToken,
  errors: [...REFUSALS, 'NotFound'],
})

export const rotateServiceToken = route({
  id: 'hub.orgs.services.tokens.rotate',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/service-accounts/:serviceId/tokens/:tokenId/rotate',
  summary: 'Gives an access token of a service account a new secret; the old one stops at once.',
  auth: 'write',
  rate: 'auth',
  params: byToken,
  response: shownOnce,
  errors: [...REFUSALS, 'NotFound'],
})
