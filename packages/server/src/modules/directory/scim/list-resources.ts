import { refuse, SCIM_PAGE_MAX, SCIM_SCAN_MAX, type ScimListQuery } from '@stoa/contracts'
import type { Db } from '../../../kit/db/database.js'
import {
  countProvisionedGroups,
  listGroupsOfUsers,
  listProvisionedGroups,
  listProvisionedMembers,
  type ProvisionedGroup,
} from '../queries/provisioned-groups.js'
import { countProvisionedUsers, listProvisionedUsers, type ProvisionedUser } from '../queries/provisioned-users.js'
import { type Filter, parseFilter } from './filter.js'
import { showGroup } from './group.js'
import { equalitiesOf, matches } from './match-filter.js'
import { peopleOf, type ScimPlace } from './place.js'
import { isAsked, project } from './project.js'
import type { Resource, Value } from './resource.js'
import { GROUP, type ResourceSchema, USER } from './schema.js'
import { LIST_RESPONSE } from './schema-urns.js'
import { showUser } from './user.js'

/** What of the organisation's rows a filter can be answered from, and how a row is shown. */
interface Source<Row> {
  readonly schema: ResourceSchema
  count(): Promise<number>
  page(offset: number, limit: number): Promise<Row[]>
  show(rows: readonly Row[]): Promise<Resource[]>
}

/** People by filter, order and page. Throws `ScimInvalidFilter`, `ScimTooMany`. */
export async function listUsers(place: ScimPlace, query: ScimListQuery): Promise<Resource> {
  const { db } = place.deps
  const filter = readFilter(query.filter)
  const equal = filter ? equalitiesOf(filter) : new Map<string, string>()
  const where = {
    ...peopleOf(place),
    id: equal.get('id'),
    userName: equal.get('username'),
    externalId: equal.get('externalid'),
  }
  return list(
    { query, filter },
    {
      schema: USER,
      count: () => countProvisionedUsers(db, where),
      page: (offset, limit) => listProvisionedUsers(db, where, { offset, limit }),
      show: (rows) => showUsers(db, rows, place.baseUrl),
    },
  )
}

/** People as they are answered, with their groups. */
export async function showUsers(db: Db, rows: readonly ProvisionedUser[], baseUrl: string): Promise<Resource[]> {
  const groups = await listGroupsOfUsers(
    db,
    rows.map((row) => row.id),
  )
  const byUser = new Map<string, typeof groups>()
  for (const group of groups) byUser.set(group.memberId, [...(byUser.get(group.memberId) ?? []), group])
  return rows.map((row) => showUser(row, byUser.get(row.id) ?? [], baseUrl))
}

/** Groups by filter, order and page. Throws `ScimInvalidFilter`, `ScimTooMany`. */
export async function listGroups(place: ScimPlace, query: ScimListQuery): Promise<Resource> {
  const { db } = place.deps
  const filter = readFilter(query.filter)
  const equal = filter ? equalitiesOf(filter) : new Map<string, string>()
  const where = {
    orgId: place.org.id,
    id: equal.get('id'),
    displayName: equal.get('displayname'),
    externalId: equal.get('externalid'),
  }
  const withMembers = isAsked('members', query) || (query.filter ?? '').toLowerCase().includes('members')
  return list(
    { query, filter },
    {
      schema: GROUP,
      count: () => countProvisionedGroups(db, where),
      page: (offset, limit) => listProvisionedGroups(db, where, { offset, limit }),
      show: (rows) => showGroups(place, rows, withMembers),
    },
  )
}

/** Groups as they are answered. Throws `ScimTooMany` when they have very many members together. */
export async function showGroups(
  { deps, baseUrl }: ScimPlace,
  rows: readonly ProvisionedGroup[],
  withMembers: boolean,
): Promise<Resource[]> {
  const ids = withMembers ? rows.map((row) => row.id) : []
  const members = await listProvisionedMembers(deps.db, ids, SCIM_SCAN_MAX + 1)
  if (members.length > SCIM_SCAN_MAX) {
    throw refuse(
      'ScimTooMany',
      'These groups have too many members for one answer: ask with excludedAttributes=members.',
    )
  }
  const byGroup = new Map<string, typeof members>()
  for (const member of members) {
    const known = byGroup.get(member.groupId)
    if (known) known.push(member)
    else byGroup.set(member.groupId, [member])
  }
  return rows.map((row) => showGroup(row, byGroup.get(row.id) ?? [], baseUrl))
}

const readFilter = (text: string | undefined): Filter | null =>
  text === undefined || text.trim() === '' ? null : parseFilter(text)

async function list<Row>(
  { query, filter }: { readonly query: ScimListQuery; readonly filter: Filter | null },
  source: Source<Row>,
): Promise<Resource> {
  const startIndex = Math.max(1, query.startIndex)
  const count = Math.min(Math.max(0, query.count), SCIM_PAGE_MAX)
  const total = await source.count()
  // Without a filter or an order the database gives the page; else what its indexes leave over is looked through.
  if (filter === null && query.sortBy === undefined) {
    const rows = count === 0 ? [] : await source.page(startIndex - 1, count)
    return answer(await source.show(rows), { total, startIndex, query })
  }
  if (total > SCIM_SCAN_MAX) {
    throw refuse(
      'ScimTooMany',
      `Filter by equality: more than ${SCIM_SCAN_MAX} resources would have to be looked through.`,
    )
  }
  const found: Resource[] = []
  for (let offset = 0; offset < total; offset += SCIM_PAGE_MAX) {
    const shown = await source.show(await source.page(offset, SCIM_PAGE_MAX))
    found.push(...shown.filter((one) => filter === null || matches(source.schema, filter, one)))
  }
  if (query.sortBy !== undefined) sort(found, query.sortBy, query.sortOrder)
  return answer(found.slice(startIndex - 1, startIndex - 1 + count), { total: found.length, startIndex, query })
}

function answer(
  shown: readonly Resource[],
  { total, startIndex, query }: { readonly total: number; readonly startIndex: number; readonly query: ScimListQuery },
): Resource {
  return {
    schemas: [LIST_RESPONSE],
    totalResults: total,
    startIndex,
    itemsPerPage: shown.length,
    Resources: shown.map((one) => project(one, query)),
  }
}

function sort(found: Resource[], by: string, order: string | undefined): void {
  const path = by
    .replace(/^urn:.*:(?=[^:]*$)/, '')
    .toLowerCase()
    .split('.')
  const sign = order?.toLowerCase() === 'descending' ? -1 : 1
  const keyed = found.map((resource) => ({ resource, key: keyOf(resource, path) }))
  // Who has no value comes last, in either order, as the standard asks for ascending.
  keyed.sort((one, other) => {
    if (one.key === other.key) return 0
    if (one.key === null || other.key === null) return one.key === null ? 1 : -1
    return (one.key < other.key ? -1 : 1) * sign
  })
  found.splice(0, found.length, ...keyed.map(({ resource }) => resource))
}

function keyOf(resource: Resource, path: readonly string[]): string | null {
  let value: Value = resource
  for (const name of path) value = memberOf(Array.isArray(value) ? value[0] : value, name)
  if (Array.isArray(value)) value = memberOf(value[0], 'value')
  return value === undefined || value === null || typeof value === 'object' ? null : String(value).toLowerCase()
}

function memberOf(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1]
}
