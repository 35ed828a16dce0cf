import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { memberRole } from './accounts.js'

/** Credentials of one organisation, mappings of groups, lines of its log that are kept. */
export const PROVISIONING_CREDENTIALS_MAX = 10
export const GROUP_MAPPINGS_MAX = 500
export const PROVISIONING_LOG_MAX = 500

const date = z.iso.datetime()
const BASE = '/api/v1/accounts/orgs/:name/provisioning'
const byOrg = z.object({ name: accountNameParam })
const byCredential = z.object({ name: accountNameParam, credentialId: z.string().max(24) })
const groupName = z.string().trim().min(1).max(200)

/** What follows from being in a group elsewhere: a role in the organisation, or one in a resource group of it. */
export const groupMapping = z.strictObject({
  group: groupName,
  role: memberRole,
  /** Name of the resource group; absent: the organisation itself. */
  resourceGroup: z.string().trim().min(1).max(96).optional(),
})
export type GroupMapping = z.output<typeof groupMapping>

const credentialView = z.object({
  id: z.string(),
  name: z.string(),
  /** Last four characters of the secret. */
  hint: z.string(),
  createdAt: date,
  expiresAt: date.nullable(),
  lastUsedAt: date.nullable(),
})
export type ProvisioningCredential = z.output<typeof credentialView>

const activityView = z.object({
  id: z.string(),
  at: date,
  method: z.string(),
  /** `User ada@acme.example`, `Group Research`. */
  subject: z.string(),
  status: z.number().int(),
  /** Why it was refused, or what is worth knowing; empty when all is well. */
  detail: z.string(),
})
export type ProvisioningActivity = z.output<typeof activityView>

const provisioningView = z.object({
  /** Address for the identity provider. */
  baseUrl: z.string(),
  /** The same for accounts the organisation manages only. */
  managedBaseUrl: z.string(),
  defaultRole: memberRole,
  /** People and groups that came this way. */
  users: z.number().int(),
  suspendedUsers: z.number().int(),
  groups: z.array(z.object({ id: z.string(), displayName: z.string(), members: z.number().int() })),
  credentials: z.array(credentialView),
  mappings: z.array(groupMapping),
})
export type ProvisioningView = z.output<typeof provisioningView>
const shownOnce = z.object({ secret: z.string(), credential: credentialView })

const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'] as const

export const provisioning = {
  get: route({
    id: 'accounts.provisioning.get',
    family: 'stoa',
    method: 'GET',
    path: BASE,
    summary: 'How an identity provider adds and removes people of an organisation; for its admins.',
    auth: 'user',
    params: byOrg,
    response: provisioningView,
    errors: [...REFUSALS],
  }),
  update: route({
    id: 'accounts.provisioning.update',
    family: 'stoa',
    method: 'PUT',
    path: BASE,
    summary: 'Says which role new people have, and what follows from being in which group.',
    auth: 'write',
    params: byOrg,
    body: z.strictObject({
      defaultRole: memberRole.optional(),
      mappings: z.array(groupMapping).max(GROUP_MAPPINGS_MAX).optional(),
    }),
    response: provisioningView,
    errors: [...REFUSALS, 'GroupNotFound', 'Conflict', 'InvalidRequest'],
  }),
  addCredential: route({
    id: 'accounts.provisioning.credentials.create',
    family: 'stoa',
    method: 'POST',
    path: `${BASE}/credentials`,
    summary: 'Makes a credential for an identity provider. Its secret is in this answer and nowhere else.',
    auth: 'write',
    rate: 'auth',
    params: byOrg,
    body: z.strictObject({
      name: z.string().trim().min(1).max(80),
      expiresInDays: z.number().int().min(1).max(3650).optional(),
    }),
    response: shownOnce,
    errors: [...REFUSALS, 'SessionRequired', 'ProvisioningCredentialLimit'],
  }),
  rotateCredential: route({
    id: 'accounts.provisioning.credentials.rotate',
    family: 'stoa',
    method: 'POST',
    path: `${BASE}/credentials/:credentialId/rotate`,
    summary: 'Makes a new secret; the old one goes on for some hours, so that nothing stops meanwhile.',
    auth: 'write',
    rate: 'auth',
    params: byCredential,
    body: z.strictObject({ overlapHours: z.number().int().min(0).max(168).default(24) }),
    response: shownOnce,
    errors: [...REFUSALS, 'SessionRequired', 'NotFound', 'ProvisioningCredentialLimit'],
  }),
  revokeCredential: route({
    id: 'accounts.provisioning.credentials.revoke',
    family: 'stoa',
    method: 'DELETE',
    path: `${BASE}/credentials/:credentialId`,
    summary: 'Revokes a credential of an identity provider, at once.',
    auth: 'write',
    params: byCredential,
    errors: [...REFUSALS, 'SessionRequired', 'NotFound'],
  }),
  activity: route({
    id: 'accounts.provisioning.activity',
    family: 'stoa',
    method: 'GET',
    path: `${BASE}/activity`,
    summary: 'What the identity provider changed and what was refused, newest first.',
    auth: 'user',
    params: byOrg,
    response: z.object({ activity: z.array(activityView) }),
    errors: [...REFUSALS],
  }),
} as const
