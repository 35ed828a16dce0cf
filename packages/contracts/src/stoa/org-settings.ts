import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { memberRole, orgView } from './accounts.js'
import { orgDuty, platformDuty } from './platform-accounts.js'

const byOrg = z.object({ name: accountNameParam })
const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'] as const

export const getOrg = route({
  id: 'accounts.orgs.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/orgs/:name',
  summary: 'The settings of an organisation, for its admins.',
  auth: 'user',
  params: byOrg,
  response: orgView,
  errors: [...REFUSALS],
})

export const deleteOrg = route({
  id: 'accounts.orgs.delete',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/orgs/:name',
  summary:
    'Deletes an organisation that holds nothing any more: members, groups, service accounts go; its name is kept back.',
  auth: 'write',
  params: byOrg,
  errors: [...REFUSALS, 'SessionRequired', 'ConfirmationRequired', 'Conflict'],
})

/** Actions as the server decides them, and who may do each. */
const rule = z.object({
  action: z.string(),
  /** The weakest role that may; null when no role does. */
  role: memberRole.nullable(),
  /** Duties in the organisation that may as well. */
  duties: z.array(orgDuty),
  /** Duties for the platform that may as well. */
  platform: z.array(platformDuty),
})
export type AccessRule = z.output<typeof rule>

export const listAccessRules = route({
  id: 'accounts.rules',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/rules',
  summary: 'Who may do what, out of the data by which the server decides.',
  auth: 'none',
  response: z.object({ repos: z.array(rule), orgs: z.array(rule), platform: z.array(rule) }),
  errors: [],
})

/** Names that a preview tells of what somebody would lose or gain. */
export const PREVIEW_NAMES_MAX = 20
const named = z.object({ type: z.string(), name: z.string() })

export const previewMember = route({
  id: 'accounts.orgs.members.preview',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/orgs/:name/members/:user/preview',
  summary: 'What somebody would see and do in an organisation with another role; nothing changes.',
  auth: 'user',
  params: z.object({ name: accountNameParam, user: accountNameParam }),
  query: z.object({ role: memberRole }),
  response: z.object({
    user: z.string(),
    /** Null: not a member yet. */
    roleNow: memberRole.nullable(),
    actions: z.array(z.object({ action: z.string(), now: z.boolean(), after: z.boolean() })),
    /** Repositories that are not public. */
    repos: z.object({
      now: z.number().int(),
      after: z.number().int(),
      lost: z.array(named).max(PREVIEW_NAMES_MAX),
      gained: z.array(named).max(PREVIEW_NAMES_MAX),
    }),
  }),
  errors: [...REFUSALS],
})
export type MemberPreview = z.output<typeof previewMember.response>
