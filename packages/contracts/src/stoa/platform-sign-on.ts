import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import {
  connectionView,
  newConnection,
  signOnConnectionPatch,
  signOnDomainName,
  signOnDomainView,
  signOnSettingsView,
} from './sign-on.js'

const id = z.string().max(24)
const PLATFORM = '/api/v1/platform/sign-on'
const PLATFORM_ERRORS = ['Unauthorized', 'Forbidden'] as const

export const getPlatformSignOn = route({
  id: 'federation.platform.get',
  family: 'stoa',
  method: 'GET',
  path: PLATFORM,
  summary: 'Connections and domains of the platform.',
  auth: 'admin',
  response: signOnSettingsView,
  errors: PLATFORM_ERRORS,
})
export const createPlatformConnection = route({
  id: 'federation.platform.connections.create',
  family: 'stoa',
  method: 'POST',
  path: `${PLATFORM}/connections`,
  summary: 'Connects an identity provider that everybody may come through.',
  auth: 'admin',
  body: newConnection,
  bodyLimitBytes: 700_000,
  response: connectionView,
  errors: [...PLATFORM_ERRORS, 'ConnectionInvalid', 'ConnectionLimit', 'Conflict'],
})
export const updatePlatformConnection = route({
  id: 'federation.platform.connections.update',
  family: 'stoa',
  method: 'PATCH',
  path: `${PLATFORM}/connections/:connectionId`,
  summary: 'Changes a connection of the platform; what is not sent stays.',
  auth: 'admin',
  params: z.object({ connectionId: id }),
  body: signOnConnectionPatch,
  bodyLimitBytes: 700_000,
  response: connectionView,
  errors: [...PLATFORM_ERRORS, 'ConnectionNotFound', 'ConnectionInvalid', 'Conflict'],
})
export const deletePlatformConnection = route({
  id: 'federation.platform.connections.delete',
  family: 'stoa',
  method: 'DELETE',
  path: `${PLATFORM}/connections/:connectionId`,
  summary: 'Ends a connection of the platform.',
  auth: 'admin',
  params: z.object({ connectionId: id }),
  errors: [...PLATFORM_ERRORS, 'ConnectionNotFound'],
})
export const testPlatformConnection = route({
  id: 'federation.platform.connections.test',
  family: 'stoa',
  method: 'POST',
  path: `${PLATFORM}/connections/:connectionId/test`,
  summary: 'Begins a sign-in that only tells what would have happened.',
  auth: 'admin',
  params: z.object({ connectionId: id }),
  response: z.object({ to: z.string() }),
  errors: [...PLATFORM_ERRORS, 'SessionRequired', 'ConnectionNotFound', 'SignOnFailed'],
})
export const confirmDomain = route({
  id: 'federation.platform.domains.confirm',
  family: 'stoa',
  method: 'POST',
  path: `${PLATFORM}/domains`,
  summary: 'Confirms a domain of an organisation (or, without one, of the platform) without the DNS.',
  auth: 'admin',
  body: z.strictObject({ org: accountNameParam.nullable(), domain: signOnDomainName }),
  response: signOnDomainView,
  errors: [...PLATFORM_ERRORS, 'AccountNotFound', 'DomainTaken', 'ConnectionLimit'],
})
export const removePlatformDomain = route({
  id: 'federation.platform.domains.remove',
  family: 'stoa',
  method: 'DELETE',
  path: `${PLATFORM}/domains/:domainId`,
  summary: 'Gives a domain of the platform up.',
  auth: 'admin',
  params: z.object({ domainId: id }),
  errors: [...PLATFORM_ERRORS, 'NotFound'],
})
