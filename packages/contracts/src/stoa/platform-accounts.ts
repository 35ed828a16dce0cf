import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'

const date = z.iso.datetime()
const byName = z.object({ name: accountNameParam })
const reason = z.string().trim().min(3).max(500)

export const ORG_DUTIES = ['billing', 'auditor', 'moderator', 'dpo', 'reviewer'] as const
export const PLATFORM_DUTIES = [
  'owner',
  'operator',
  'trust_lead',
  'moderator',
  'verifier',
  'dpo',
  'auditor',
  'support',
] as const
export const orgDuty = z.enum(ORG_DUTIES)
export const platformDuty = z.enum(PLATFORM_DUTIES)

export const setMemberDuties = route({
  id: 'accounts.orgs.members.duties',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/accounts/orgs/:name/members/:user/duties',
  summary: 'Says what a member does beside the role: money, audit, moderation, privacy requests, ethics reviews.',
  auth: 'write',
  params: z.object({ name: accountNameParam, user: accountNameParam }),
  body: z.strictObject({ duties: z.array(orgDuty).max(ORG_DUTIES.length) }),
  response: z.object({ user: z.string(), duties: z.array(orgDuty) }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})

const platformAccount = z.object({
  id: z.string(),
  kind: z.enum(['user', 'org', 'service']),
  name: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  email: z.string().nullable(),
  plan: z.string(),
  state: z.enum(['active', 'suspended', 'removed']),
  suspendedReason: z.string().nullable(),
  verified: z.boolean(),
  duties: z.array(platformDuty),
  createdAt: date,
  /** When a session or token that still exists was last used; people only. */
  lastSeenAt: date.nullable(),
})
export type PlatformAccount = z.output<typeof platformAccount>

const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope'] as const

/** Accounts as those who run the platform see them; who may do what stands with the duties. */
export const listPlatformAccounts = route({
  id: 'accounts.admin.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/admin/accounts',
  summary: 'Every account, by name; for people with a duty that looks after accounts.',
  auth: 'user',
  query: z.object({
    search: z.string().max(96).optional(),
    kind: z.enum(['user', 'org', 'service']).optional(),
    state: z.enum(['active', 'suspended', 'removed']).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(200).optional(),
  }),
  response: z.object({ accounts: z.array(platformAccount), nextCursor: z.string().nullable() }),
  errors: [...REFUSALS],
})

export const getPlatformAccount = route({
  id: 'accounts.admin.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/admin/accounts/:name',
  summary: 'One account as those who run the platform see it.',
  auth: 'user',
  params: byName,
  response: platformAccount,
  errors: [...REFUSALS, 'AccountNotFound'],
})

export const suspendAccount = route({
  id: 'accounts.admin.suspend',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/admin/accounts/:name/suspend',
  summary: 'Suspends an account: every door refuses it at once, its tokens and sessions sleep.',
  auth: 'write',
  params: byName,
  body: z.strictObject({ reason }),
  response: platformAccount,
  errors: [...REFUSALS, 'AccountNotFound', 'LastAdmin', 'Conflict'],
})

export const restoreAccount = route({
  id: 'accounts.admin.restore',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/admin/accounts/:name/restore',
  summary: 'Ends a suspension.',
  auth: 'write',
  params: byName,
  response: platformAccount,
  errors: [...REFUSALS, 'AccountNotFound', 'Conflict'],
})

export const verifyAccount = route({
  id: 'accounts.admin.verify',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/accounts/admin/accounts/:name/verified',
  summary: 'Says that an account is who it claims to be, or no longer.',
  auth: 'write',
  params: byName,
  body: z.strictObject({ verified: z.boolean() }),
  response: platformAccount,
  errors: [...REFUSALS, 'AccountNotFound'],
})

export const setPlatformDuties = route({
  id: 'accounts.admin.duties',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/accounts/admin/accounts/:name/duties',
  summary: 'Says what a person does for the platform; `owner` is its admin. Nobody changes their own.',
  auth: 'write',
  params: byName,
  body: z.strictObject({ duties: z.array(platformDuty).max(PLATFORM_DUTIES.length) }),
  response: platformAccount,
  errors: [...REFUSALS, 'AccountNotFound', 'DutyConflict', 'LastAdmin'],
})

export const startImpersonation = route({
  id: 'accounts.admin.impersonate',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/admin/impersonations',
  summary: 'Looks at the platform through the eyes of a user, for half an hour, only reading (cookie).',
  auth: 'write',
  rate: 'auth',
  body: z.strictObject({ user: accountNameParam, reason }),
  response: z.object({ user: z.string(), expiresAt: date }),
  errors: [...REFUSALS, 'SessionRequired', 'AccountNotFound', 'Conflict'],
})

export const endImpersonation = route({
  id: 'accounts.admin.impersonate.end',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/admin/impersonations',
  summary: 'Comes back to oneself (cookie).',
  auth: 'user',
  isForBorrowed: true,
  errors: ['Unauthorized', 'SessionRequired'],
})

const opening = z.object({
  id: z.string(),
  org: z.string(),
  user: z.string(),
  reason: z.string(),
  createdAt: date,
  expiresAt: date,
})

export const breakGlass = route({
  id: 'accounts.admin.breakGlass',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/admin/break-glass',
  summary: 'Opens what an organisation keeps private for reading, for an hour, on its record.',
  auth: 'write',
  rate: 'auth',
  body: z.strictObject({ org: accountNameParam, reason }),
  response: opening,
  errors: [...REFUSALS, 'SessionRequired', 'AccountNotFound'],
})

export const listAllOpenings = route({
  id: 'accounts.admin.openings',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/admin/break-glass',
  summary: 'When organisations were opened in an emergency, by whom and why, latest first.',
  auth: 'user',
  response: z.object({ openings: z.array(opening) }),
  errors: [...REFUSALS],
})

export const makeSignInLink = route({
  id: 'accounts.admin.link',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/admin/accounts/:name/link',
  summary:
    'A link that lets a person choose a new password and signs them in: once, for a day. Earlier ones stop working.',
  auth: 'write',
  rate: 'auth',
  params: byName,
  body: z.strictObject({ reason }),
  response: z.object({ url: z.string() }),
  errors: [...REFUSALS, 'SessionRequired', 'ConfirmationRequired', 'AccountNotFound', 'Conflict'],
})

export const listOpenings = route({
  id: 'accounts.orgs.breakGlass',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/orgs/:name/break-glass',
  summary:
    'When the platform opened what this organisation keeps private, who did, and why; for its admins and auditors.',
  auth: 'user',
  params: byName,
  response: z.object({ openings: z.array(opening) }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})
