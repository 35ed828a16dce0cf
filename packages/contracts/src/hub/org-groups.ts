import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from './identity.js'
import { repoParams } from './scalars.js'

const groupId = z.string().max(24)
const groupRole = z.enum(['admin', 'write', 'contributor', 'read'])
const byOrg = z.object({ name: accountNameParam })
const byGroup = z.object({ name: accountNameParam, groupId })
const byMember = z.object({ name: accountNameParam, groupId, user: accountNameParam })
const groupName = z.string().trim().min(1).max(96)
const description = z.string().max(500)

/** Who joins by themselves: every member of the organisation, or those who may read it. */
const autoJoin = z.object({
  enabled: z.boolean(),
  role: groupRole.optional(),
  scope: z.enum(['all', 'read']).optional(),
})

/** People of one group, and the repositories of one group that an answer shows. */
export const GROUP_MEMBERS_MAX = 10_000
export const GROUP_RESOURCES_MAX = 10_000
/** Groups of one organisation. */
export const GROUPS_MAX = 1_000

const groupView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  autoJoin: autoJoin.optional(),
  users: z.array(
    z.object({
      _id: z.string(),
      name: z.string(),
      fullname: z.string(),
      avatarUrl: z.string(),
      role: groupRole,
      addedBy: z.string().nullable(),
    }),
  ),
  resources: z.array(
    z.object({
      type: z.enum(['model', 'dataset', 'space', 'kernel', 'bucket']),
      name: z.string(),
      private: z.boolean(),
      addedBy: z.string().nullable(),
    }),
  ),
})
export type ResourceGroupView = z.output<typeof groupView>

const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'] as const

/** Resource groups (hub-api 2.50): parts of an organisation whose private things are for their members. */
export const listResourceGroups = route({
  id: 'hub.orgs.groups.list',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/resource-groups',
  summary: 'Resource groups of an organisation: all for its admins, for others those they are in.',
  auth: 'user',
  params: byOrg,
  response: z.array(groupView),
  errors: [...REFUSALS],
})

export const createResourceGroup = route({
  id: 'hub.orgs.groups.create',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/resource-groups',
  summary: 'Makes a resource group.',
  auth: 'write',
  params: byOrg,
  body: z.object({
    name: groupName,
    description: description.optional(),
    autoJoin: autoJoin.optional(),
    users: z
      .array(z.object({ user: accountNameParam, role: groupRole }))
      .max(GROUP_MEMBERS_MAX)
      .optional(),
  }),
  response: groupView,
  errors: [...REFUSALS, 'GroupNameTaken', 'GroupLimit', 'InvalidRequest'],
})

export const getResourceGroup = route({
  id: 'hub.orgs.groups.get',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/resource-groups/:groupId',
  summary: 'One resource group; not there for members outside of it.',
  auth: 'user',
  params: byGroup,
  response: groupView,
  errors: [...REFUSALS, 'GroupNotFound'],
})

export const updateResourceGroup = route({
  id: 'hub.orgs.groups.update',
  family: 'hub',
  method: 'PATCH',
  path: '/api/organizations/:name/resource-groups/:groupId',
  summary: 'Renames or describes a resource group.',
  auth: 'write',
  params: byGroup,
  body: z.object({ name: groupName.optional(), description: description.nullable().optional() }),
  response: groupView,
  errors: [...REFUSALS, 'GroupNotFound', 'GroupNameTaken'],
})

export const deleteResourceGroup = route({
  id: 'hub.orgs.groups.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/organizations/:name/resource-groups/:groupId',
  summary: 'Removes an empty resource group: what is in it has to leave first, or it would be shown to everybody.',
  auth: 'write',
  params: byGroup,
  errors: [...REFUSALS, 'GroupNotFound', 'Conflict'],
})

export const setResourceGroupSettings = route({
  id: 'hub.orgs.groups.settings',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/resource-groups/:groupId/settings',
  summary: 'Says who joins a resource group by themselves.',
  auth: 'write',
  params: byGroup,
  body: z.object({ autoJoin }),
  response: groupView,
  errors: [...REFUSALS, 'GroupNotFound', 'InvalidRequest'],
})

export const addGroupMembers = route({
  id: 'hub.orgs.groups.users.add',
  family: 'hub',
  method: 'POST',
  path: '/api/organizations/:name/resource-groups/:groupId/users',
  summary: 'Takes members of the organisation into a resource group.',
  auth: 'write',
  params: byGroup,
  body: z.object({
    users: z
      .array(z.object({ user: accountNameParam, role: groupRole }))
      .min(1)
      .max(GROUP_MEMBERS_MAX),
  }),
  response: groupView,
  errors: [...REFUSALS, 'GroupNotFound'],
})

export const setGroupMemberRole = route({
  id: 'hub.orgs.groups.users.update',
  family: 'hub',
  method: 'PATCH',
  path: '/api/organizations/:name/resource-groups/:groupId/users/:user',
  summary: 'Changes the role of somebody in a resource group.',
  auth: 'write',
  params: byMember,
  body: z.object({ role: groupRole }),
  response: groupView,
  errors: [...REFUSALS, 'GroupNotFound'],
})

export const removeGroupMember = route({
  id: 'hub.orgs.groups.users.remove',
  family: 'hub',
  method: 'DELETE',
  path: '/api/organizations/:name/resource-groups/:groupId/users/:user',
  summary: 'Removes somebody from a resource group.',
  auth: 'write',
  params: byMember,
  errors: [...REFUSALS, 'GroupNotFound'],
})

const groupOfThing = z.object({ id: z.string(), name: z.string(), numUsers: z.number().int().optional() }).nullable()
const intoGroup = z.object({ resourceGroupId: groupId.nullable() })
const THING_REFUSALS = ['Unauthorized', 'RepoNotFound', 'Forbidden', 'InsufficientScope'] as const

/** `GET` and `POST /api/{t}/{id}/resource-group` (hub-api 1.52, 2.27, 2.153). */
export const getRepoResourceGroup = route({
  id: 'hub.repos.group.get',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/resource-group',
  summary: 'The resource group a repository is in; null when it is in none.',
  auth: 'user',
  params: repoParams,
  response: groupOfThing,
  errors: [...THING_REFUSALS],
})

export const setRepoResourceGroup = route({
  id: 'hub.repos.group.set',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/resource-group',
  summary: 'Puts a repository into a resource group, or takes it out.',
  auth: 'write',
  params: repoParams,
  body: intoGroup,
  response: groupOfThing,
  errors: [...THING_REFUSALS, 'GroupNotFound'],
})

export const getBucketResourceGroup = route({
  id: 'hub.buckets.group.get',
  family: 'hub',
  method: 'GET',
  path: '/api/buckets/:namespace/:name/resource-group',
  summary: 'The resource group a bucket is in; null when it is in none.',
  auth: 'user',
  params: repoParams.omit({ kind: true }),
  response: groupOfThing,
  errors: [...THING_REFUSALS],
})

export const setBucketResourceGroup = route({
  id: 'hub.buckets.group.set',
  family: 'hub',
  method: 'POST',
  path: '/api/buckets/:namespace/:name/resource-group',
  summary: 'Puts a bucket into a resource group, or takes it out.',
  auth: 'write',
  params: repoParams.omit({ kind: true }),
  body: intoGroup,
  response: groupOfThing,
  errors: [...THING_REFUSALS, 'GroupNotFound'],
})
