import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { tokenRole } from './accounts.js'

const date = z.iso.datetime()
const byOrg = z.object({ name: accountNameParam })
const byToken = z.object({ name: accountNameParam, tokenId: z.string().max(24) })
const REFUSALS = ['Unauthorized', 'Forbidden', 'AccountNotFound'] as const

/** Which access tokens reach what an organisation does not show everybody. */
export const tokenPolicy = z.strictObject({
  /** Kinds that are let in. */
  kinds: z
    .array(tokenRole)
    .max(3)
    .transform((kinds) => [...new Set(kinds)]),
  /** An admin has to approve a token, or an app somebody signed in with, before it reaches anything. */
  needsApproval: z.boolean(),
  /** Older tokens are not let in; null for any age. */
  maxAgeDays: z.number().int().min(1).max(3650).nullable(),
})
export type TokenPolicyView = z.output<typeof tokenPolicy>

export const getTokenPolicy = route({
  id: 'accounts.orgs.tokenPolicy.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/orgs/:name/token-policy',
  summary: 'Which access tokens an organisation lets in, for its admins.',
  auth: 'user',
  params: byOrg,
  response: tokenPolicy,
  errors: [...REFUSALS],
})

export const updateTokenPolicy = route({
  id: 'accounts.orgs.tokenPolicy.update',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/accounts/orgs/:name/token-policy',
  summary: 'Changes which access tokens an organisation lets in; at once, at every door. What is not sent stays.',
  auth: 'user',
  params: byOrg,
  body: tokenPolicy.partial(),
  response: tokenPolicy,
  errors: [...REFUSALS, 'SessionRequired'],
})

/** What an organisation decided about a token; `open` when it decides about none, `pending` when it has yet to. */
export const tokenStanding = z.enum(['open', 'pending', 'approved', 'denied', 'revoked'])

const orgToken = z.object({
  /** Of the token, or of what a person let an app do. */
  id: z.string(),
  kind: z.enum(['personal', 'service', 'app']),
  /** The token's name, or the app's. */
  name: z.string(),
  owner: z.object({ name: z.string(), fullname: z.string(), avatarUrl: z.string() }),
  role: tokenRole,
  /** Of a fine-grained token or app: what it may do in this organisation. */
  permissions: z.array(z.string()),
  createdAt: date,
  expiresAt: date.nullable(),
  lastUsedAt: date.nullable(),
  /** The network it was last used from; never the address. */
  lastUsedPrefix: z.string().nullable(),
  standing: tokenStanding,
  /** It reaches nothing of the organisation now: pending, denied, revoked, or of a kind or age that is not let in. */
  isHeldBack: z.boolean(),
})
export type OrgTokenView = z.output<typeof orgToken>

export const listOrgTokens = route({
  id: 'accounts.orgs.tokens.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/orgs/:name/tokens',
  summary: 'Access tokens of members and service accounts that reach an organisation, for its admins; never a secret.',
  auth: 'user',
  params: byOrg,
  query: z.object({
    standing: tokenStanding.optional(),
    cursor: z
      .string()
      .regex(/^[at][0-9a-f]{0,24}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ tokens: z.array(orgToken), cursor: z.string().nullable() }),
  errors: [...REFUSALS],
})

export const approveOrgToken = route({
  id: 'accounts.orgs.tokens.approve',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/orgs/:name/tokens/:tokenId/approve',
  summary: 'Lets an access token reach the organisation.',
  auth: 'user',
  params: byToken,
  errors: [...REFUSALS, 'SessionRequired', 'NotFound'],
})

export const denyOrgToken = route({
  id: 'accounts.orgs.tokens.deny',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/orgs/:name/tokens/:tokenId/deny',
  summary: 'Keeps an access token from the organisation; elsewhere it goes on.',
  auth: 'user',
  params: byToken,
  errors: [...REFUSALS, 'SessionRequired', 'NotFound'],
})
