import { z } from 'zod'
import { route } from '../define.js'
import { ipRanges } from '../ip-range.js'
import { accountNameParam } from './identity.js'

const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'] as const
const byOrg = z.object({ name: accountNameParam })

/** What this server does not do stays as it is: off, and empty. */
const networkSecurity = z.object({
  enforceAuth: z.boolean(),
  /** What is not public is reached from `ipRanges` only, by whatever credential. */
  enforceIpRestriction: z.boolean(),
  highRateLimits: z.boolean(),
  ipRanges: z.array(z.string()),
  blockedContents: z.array(z.string()),
  allowedContents: z.array(z.string()),
  keepReposMetadataVisible: z.boolean(),
})

/** `GET /api/organizations/{name}/settings/network-security` (hub-api 2.52). */
export const getNetworkSecurity = route({
  id: 'hub.orgs.networkSecurity.get',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/settings/network-security',
  summary: 'From which networks an organisation is reached, for its admins.',
  auth: 'user',
  params: byOrg,
  response: networkSecurity,
  errors: [...REFUSALS],
})

export const updateNetworkSecurity = route({
  id: 'hub.orgs.networkSecurity.update',
  family: 'hub',
  method: 'PATCH',
  path: '/api/organizations/:name/settings/network-security',
  summary: 'Changes from which networks an organisation is reached; refuses what would shut out whoever asks.',
  auth: 'write',
  params: byOrg,
  body: z.object({
    enforceIpRestriction: z.boolean().optional(),
    ipRanges: ipRanges.optional(),
    enforceAuth: z.literal(false).optional(),
    highRateLimits: z.literal(false).optional(),
    blockedContents: z.array(z.never()).max(0).optional(),
    allowedContents: z.array(z.never()).max(0).optional(),
    keepReposMetadataVisible: z.literal(false).optional(),
  }),
  response: networkSecurity,
  errors: [...REFUSALS, 'Conflict'],
})

/** `POST /api/organizations/{name}/settings/tokens/{id}/revoke` (hub-api 2.53). */
export const revokeOrgToken = route({
  id: 'hub.orgs.tokens.revoke',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/settings/tokens/:tokenId/revoke',
  summary: 'Takes an access token what it reached in the organisation; elsewhere it goes on.',
  auth: 'write',
  params: z.object({ name: accountNameParam, tokenId: z.string().max(24) }),
  errors: [...REFUSALS, 'NotFound'],
})
