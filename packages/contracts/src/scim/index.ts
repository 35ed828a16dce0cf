import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'

/** Resources in one answer, at most, and when nothing is said. */
export const SCIM_PAGE_MAX = 200
/** People, or groups, a filter that no index answers, or an order, is tried on. */
export const SCIM_SCAN_MAX = 20_000
/** A body: a group of 20,000 members fits. */
export const SCIM_BODY_MAX_BYTES = 3 * 1024 * 1024

const FAMILY = { family: 'scim', auth: 'none', rate: 'scim' } as const
const byOrg = z.object({ name: accountNameParam })
const byId = z.object({ name: accountNameParam, id: z.string().min(1).max(200) })
const word = z.string().max(4096).optional()
const whole = z.coerce.number().int().min(-1_000_000_000).max(1_000_000_000)
/** Wrong numbers are made right, as the standard asks: a page begins at 1 and has 0 resources or more. */
const listQuery = z.object({
  filter: word,
  startIndex: whole.default(1),
  count: whole.default(100),
  sortBy: z.string().max(200).optional(),
  sortOrder: z.string().max(20).optional(),
  attributes: word,
  excludedAttributes: word,
})
export type ScimListQuery = z.output<typeof listQuery>
const shownQuery = z.object({ attributes: word, excludedAttributes: word })
const resource = z.looseObject({ schemas: z.array(z.string()), id: z.string() })
const list = z.looseObject({
  schemas: z.array(z.string()),
  totalResults: z.number(),
  startIndex: z.number(),
  itemsPerPage: z.number(),
  Resources: z.array(z.looseObject({})),
})
const document = z.looseObject({ schemas: z.array(z.string()) })
const body = z.unknown()
const READ = ['ScimUnauthorized', 'ScimNotFound'] as const
const LIST = ['ScimUnauthorized', 'ScimInvalidFilter', 'ScimInvalidValue', 'ScimTooMany'] as const
const WRITE = [
  'ScimUnauthorized',
  'ScimInvalidSyntax',
  'ScimInvalidValue',
  'ScimUniqueness',
  'ScimConflict',
  'ScimTooMany',
] as const
const CHANGE = [...WRITE, 'ScimNotFound', 'ScimMutability', 'ScimVersionChanged'] as const
const PATCH = [...CHANGE, 'ScimInvalidPath', 'ScimNoTarget', 'ScimInvalidFilter'] as const

/** The six operations on one kind of resource. */
function resourceRoutes(id: string, path: string, { one, many }: { one: string; many: string }) {
  return {
    list: route({
      ...FAMILY,
      id: `${id}.list`,
      method: 'GET',
      path,
      summary: `${many} of the organisation, by filter, order and page (RFC 7644 §3.4.2).`,
      params: byOrg,
      query: listQuery,
      response: list,
      errors: [...LIST],
    }),
    create: route({
      ...FAMILY,
      id: `${id}.create`,
      method: 'POST',
      path,
      summary: `Adds ${one}.`,
      params: byOrg,
      query: shownQuery,
      body,
      response: resource,
      errors: [...WRITE],
      bodyLimitBytes: SCIM_BODY_MAX_BYTES,
    }),
    get: route({
      ...FAMILY,
      id: `${id}.get`,
      method: 'GET',
      path: `${path}/:id`,
      summary: `Shows ${one}.`,
      params: byId,
      query: shownQuery,
      response: resource,
      errors: [...READ],
    }),
    replace: route({
      ...FAMILY,
      id: `${id}.replace`,
      method: 'PUT',
      path: `${path}/:id`,
      summary: `Replaces ${one}.`,
      params: byId,
      query: shownQuery,
      body,
      response: resource,
      errors: [...CHANGE],
      bodyLimitBytes: SCIM_BODY_MAX_BYTES,
    }),
    patch: route({
      ...FAMILY,
      id: `${id}.patch`,
      method: 'PATCH',
      path: `${path}/:id`,
      summary: `Changes parts of ${one} (RFC 7644 §3.5.2).`,
      params: byId,
      query: shownQuery,
      body,
      response: resource,
      errors: [...PATCH],
      bodyLimitBytes: SCIM_BODY_MAX_BYTES,
    }),
    remove: route({
      ...FAMILY,
      id: `${id}.delete`,
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `Removes ${one}.`,
      params: byId,
      errors: [...READ, 'ScimConflict', 'ScimVersionChanged'],
    }),
  }
}

const BASIC = '/api/organizations/:name/scim/v2'
const MANAGED = '/api/organizations/:name/scim-provisioning/v2'
const USERS = { one: 'a person', many: 'People' }
const MANAGED_USERS = { one: 'a person whose account the organisation manages', many: 'Managed people' }
const GROUPS = { one: 'a group', many: 'Groups' }

function discovery(id: string, path: string, summary: string) {
  return route({
    ...FAMILY,
    id: `scim.${id}`,
    method: 'GET',
    path: `${BASIC}/${path}`,
    summary,
    params: path.endsWith(':id') ? byId : byOrg,
    response: document,
    errors: [...READ],
  })
}

/** Provisioning by SCIM 2.0 (hub-api 2.54): `basic` also holds people who came by themselves, `managed` only accounts the organisation manages. */
export const scim = {
  basic: {
    users: resourceRoutes('scim.users', `${BASIC}/Users`, USERS),
    groups: resourceRoutes('scim.groups', `${BASIC}/Groups`, GROUPS),
  },
  managed: {
    users: resourceRoutes('scim.managed.users', `${MANAGED}/Users`, MANAGED_USERS),
    groups: resourceRoutes('scim.managed.groups', `${MANAGED}/Groups`, GROUPS),
  },
  discovery: {
    config: discovery('config', 'ServiceProviderConfig', 'What this server can do.'),
    types: discovery('types', 'ResourceTypes', 'The kinds of resources.'),
    schemas: discovery('schemas', 'Schemas', 'The attributes of resources.'),
    schema: discovery('schema', 'Schemas/:id', 'The attributes of one kind.'),
  },
} as const
