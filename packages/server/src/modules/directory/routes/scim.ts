import { refuse, type Route, scim, type ScimListQuery, StoaError } from '@stoa/contracts'
import { actAsProgram } from '../../../kit/audit/audit.js'
import type { Context } from '../../../kit/http/bind.js'
import type { Http } from '../../../kit/http/server.js'
import type { DirectoryDeps } from '../deps.js'
import { findProvisionedGroup } from '../queries/provisioned-groups.js'
import { findProvisionedUser } from '../queries/provisioned-users.js'
import { insertActivity } from '../queries/provisioning.js'
import { admitClient } from '../scim/admit-client.js'
import { changeProvisionedGroup, createProvisionedGroup, removeProvisionedGroup } from '../scim/change-group.js'
import { changeProvisionedUser, createProvisionedUser, deleteProvisioned } from '../scim/change-user.js'
import { getSchema, listSchemas, listTypes, showConfig } from '../scim/discovery.js'
import { listGroups, listUsers, showGroups, showUsers } from '../scim/list-resources.js'
import { applyPatch } from '../scim/patch.js'
import { peopleOf, type ScimPlace } from '../scim/place.js'
import { isAsked, project } from '../scim/project.js'
import { readResource, type Resource } from '../scim/resource.js'
import { GROUP, USER } from '../scim/schema.js'

const JSON_TYPE = 'application/scim+json; charset=utf-8'
const DETAIL_MAX = 1_000

/** What a handler did: the answer, and what the organisation's log says of it. */
interface Done {
  readonly status?: number
  readonly resource?: Resource
  readonly subject?: string
  readonly userId?: string
  readonly notes?: readonly string[]
}

interface Asked {
  readonly place: ScimPlace
  readonly id: string
  readonly ifMatch: string | undefined
  readonly query: ScimListQuery
  readonly body: unknown
}

type Answer = (asked: Asked) => Promise<Done>

/** Provisioning by SCIM 2.0, in both flavours. */
export function bindScim(http: Http, deps: DirectoryDeps): void {
  const bind = binder(http, deps)
  for (const flavour of ['basic', 'managed'] as const) {
    const { users, groups } = scim[flavour]
    bindUsers((route, answer) => bind(route, flavour, answer), users)
    bindGroups((route, answer) => bind(route, flavour, answer), groups)
  }
  const { config, types, schemas, schema } = scim.discovery
  const guideUrl = (place: ScimPlace) => `${place.deps.publicUrl()}/docs/scim`
  bind(config, 'basic', async ({ place }) => ({ resource: showConfig(place.baseUrl, guideUrl(place)) }))
  bind(types, 'basic', async ({ place }) => ({ resource: listTypes(place.baseUrl) }))
  bind(schemas, 'basic', async ({ place }) => ({ resource: listSchemas(place.baseUrl) }))
  bind(schema, 'basic', async ({ place, id }) => ({ resource: getSchema(place.baseUrl, id) }))
}

type Bind = (route: Route, answer: Answer) => void

function bindUsers(bind: Bind, routes: (typeof scim.basic)['users']): void {
  const show = async ({ place, query }: Asked, user: Parameters<typeof showUsers>[1][number]): Promise<Resource> => {
    const [shown] = await showUsers(place.deps.db, [user], place.baseUrl)
    return project(shown as Resource, query)
  }
  const tell = (user: { readonly userName: string; readonly userId: string }) => ({
    subject: `User ${user.userName}`,
    userId: user.userId,
  })
  bind(routes.list, async ({ place, query }) => ({ resource: await listUsers(place, query) }))
  bind(routes.get, async (asked) => {
    const user = await findProvisionedUser(asked.place.deps.db, { ...peopleOf(asked.place), id: asked.id })
    if (!user) throw refuse('ScimNotFound')
    return { resource: await show(asked, user) }
  })
  bind(routes.create, async (asked) => {
    const { user, notes } = await createProvisionedUser(asked.place, asked.body)
    return { status: 201, resource: await show(asked, user), ...tell(user), notes }
  })
  bind(routes.replace, async (asked) => {
    const { user, notes } = await changeProvisionedUser(asked.place, asked, () => readResource(USER, asked.body))
    return { resource: await show(asked, user), ...tell(user), notes }
  })
  bind(routes.patch, async (asked) => {
    const change = (before: Resource): Resource => applyPatch(USER, before, asked.body)
    const { user, notes } = await changeProvisionedUser(asked.place, asked, change)
    return { resource: await show(asked, user), ...tell(user), notes }
  })
  bind(routes.remove, async (asked) => tell(await deleteProvisioned(asked.place, asked)))
}

function bindGroups(bind: Bind, routes: (typeof scim.basic)['groups']): void {
  const show = async ({ place, query }: Asked, group: Parameters<typeof showGroups>[1][number]): Promise<Resource> => {
    const [shown] = await showGroups(place, [group], isAsked('members', query))
    return project(shown as Resource, query)
  }
  const tell = ({ displayName }: { readonly displayName: string }) => ({ subject: `Group ${displayName}` })
  bind(routes.list, async ({ place, query }) => ({ resource: await listGroups(place, query) }))
  bind(routes.get, async (asked) => {
    const { place, id } = asked
    const group = await findProvisionedGroup(place.deps.db, { orgId: place.org.id, id })
    if (!group) throw refuse('ScimNotFound')
    return { resource: await show(asked, group) }
  })
  bind(routes.create, async (asked) => {
    const { group, notes } = await createProvisionedGroup(asked.place, asked.body)
    return { status: 201, resource: await show(asked, group), ...tell(group), notes }
  })
  bind(routes.replace, async (asked) => {
    const { group, notes } = await changeProvisionedGroup(asked.place, asked, () => readResource(GROUP, asked.body))
    return { resource: await show(asked, group), ...tell(group), notes }
  })
  bind(routes.patch, async (asked) => {
    const change = (before: Resource): Resource => applyPatch(GROUP, before, asked.body)
    const { group, notes } = await changeProvisionedGroup(asked.place, asked, change)
    return { resource: await show(asked, group), ...tell(group), notes }
  })
  bind(routes.remove, async (asked) => {
    const { group, notes } = await removeProvisionedGroup(asked.place, asked)
    return { ...tell(group), notes }
  })
}

/** Lets the client in, answers, and writes down what was changed or refused. */
function binder(http: Http, deps: DirectoryDeps) {
  const scope = http.scope('scim')
  return (route: Route, flavour: ScimPlace['flavour'], answer: Answer): void => {
    scope.bind(route, async (context) => {
      const { request } = context
      const { name, id = '' } = context.params as { name: string; id?: string }
      const { authorization } = request.headers
      const { place, credential } = await admitClient(deps, { orgName: name, authorization, flavour })
      const asked: Asked = {
        place,
        id,
        ifMatch: request.headers['if-match'],
        query: (context.query ?? {}) as ScimListQuery,
        body: context.body,
      }
      const actor = { type: 'app', id: credential.id, name: `SCIM ${credential.name}` } as const
      return actAsProgram(actor, () => run(route, asked, answer, context))
    })
  }
}

async function run(route: Route, asked: Asked, answer: Answer, context: Context<Route>) {
  try {
    const done = await answer(asked)
    if (route.method !== 'GET') await log(route, asked, { ...done, status: done.status ?? 200 })
    return reply(done, context)
  } catch (error) {
    if (error instanceof StoaError && (route.method !== 'GET' || error.status === 400)) {
      await log(route, asked, { status: error.status, notes: [error.message] })
    }
    throw error
  }
}

function reply({ status = 200, resource }: Done, { request, reply: answer }: Context<Route>) {
  if (!resource) return answer.code(204).send()
  const meta = resource['meta'] as { version?: string; location?: string } | undefined
  if (meta?.version !== undefined) {
    answer.header('etag', meta.version)
    if (request.method === 'GET' && request.headers['if-none-match'] === meta.version) return answer.code(304).send()
  }
  if (status === 201 && meta?.location !== undefined) answer.header('location', meta.location)
  return answer.code(status).type(JSON_TYPE).send(JSON.stringify(resource))
}

async function log(route: Route, asked: Asked, done: Done & { readonly status: number }): Promise<void> {
  const { deps, org } = asked.place
  const kind = route.path.includes('/Groups') ? 'Group' : 'User'
  const line = {
    id: deps.ids.next(),
    orgId: org.id,
    userId: done.userId ?? null,
    at: deps.clock.now(),
    method: route.method,
    subject: (done.subject ?? `${kind} ${nameIn(asked)}`.trim()).slice(0, 300),
    status: done.status,
    detail: (done.notes ?? []).join(' ').slice(0, DETAIL_MAX),
  }
  await deps.write((tx) => insertActivity(tx, line))
}

/** What a refused request was about, as far as it says. */
function nameIn({ body, id }: Asked): string {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const name = sent['userName'] ?? sent['displayName']
  return typeof name === 'string' ? name.replaceAll('\0', '') : id
}
