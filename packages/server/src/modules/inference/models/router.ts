import { refuse, type StoaError } from '@stoa/contracts'
import type { Actor, UserActor } from '../../../kit/http/actor.js'
import type { ListedModel, ModelRoute, ModelRouter } from '../gateway/model-route.js'
import { listServedRepos } from '../queries/deployments.js'
import { listEndpoints } from '../queries/endpoints.js'
import { listProviderModels } from '../queries/providers.js'
import { findRoute, type RouteDeps } from './find-route.js'
import { nearNames } from './near-names.js'

const ROUTE_MS = 10_000
const MAX_ROUTES = 20_000
const MAX_LISTED = 1_000
const MAX_SUGGESTIONS = 3
const MAX_SHOWN_NAME = 200

export interface CachedRouter extends ModelRouter {
  /** Forgets every resolved name: something about repositories, endpoints or providers changed. */
  forget(): void
}

/** Resolves names with a short memory, so that a warm call finds its way without a promise. */
export function createRouter(deps: RouteDeps): CachedRouter {
  const routes = new Map<string, { route: ModelRoute; untilMs: number }>()
  const resolving = new Map<string, Promise<ModelRoute>>()
  const lists = new Map<string, { models: Promise<readonly ListedModel[]>; untilMs: number }>()
  const nowMs = (): number => deps.clock.now().getTime()

  const list = (actor: Actor): Promise<readonly ListedModel[]> => {
    const key = actor.kind === 'user' ? credentialOf(actor) : ''
    const known = lists.get(key)
    if (known && known.untilMs > nowMs()) return known.models
    if (lists.size >= MAX_ROUTES) lists.clear()
    const models = listModels(deps, actor)
    lists.set(key, { models, untilMs: nowMs() + ROUTE_MS })
    models.catch(() => lists.delete(key))
    return models
  }
  const resolve = async (actor: UserActor, name: string, key: string): Promise<ModelRoute> => {
    const route = await findRoute(deps, actor, name)
    if (!route)
      throw modelNotFound(
        name,
        nearNames(
          name,
          (await list(actor)).map((model) => model.id),
          MAX_SUGGESTIONS,
        ),
      )
    if (routes.size >= MAX_ROUTES) routes.clear()
    routes.set(key, { route, untilMs: nowMs() + ROUTE_MS })
    return route
  }
  /** Callers of one name share one resolution. */
  const resolveOnce = (actor: UserActor, name: string, key: string): Promise<ModelRoute> => {
    const underWay = resolving.get(key)
    if (underWay) return underWay
    const started = resolve(actor, name, key).finally(() => resolving.delete(key))
    resolving.set(key, started)
    return started
  }
  return {
    find(actor, name) {
      const key = `${credentialOf(actor)} ${name}`
      const known = routes.get(key)
      return known && known.untilMs > nowMs() ? known.route : resolveOnce(actor, name, key)
    },
    list,
    forget: () => {
      routes.clear()
      lists.clear()
    },
  }
}

/** Two credentials of one person may reach different models, and one from two networks. */
function credentialOf({ userId, auth, barred }: UserActor): string {
  const credential = `${userId} ${auth.type === 'token' ? auth.tokenId : auth.sessionId}`
  return barred ? `${credential} -${barred.map(({ accountId }) => accountId).join('-')}` : credential
}

async function listModels(deps: RouteDeps, actor: Actor): Promise<ListedModel[]> {
  const served = await listServedRepos(deps.db, MAX_LISTED)
  const listed: ListedModel[] = []
  for (const { fullName, deployment } of served) {
    if (!(await isReadable(deps, actor, fullName))) continue
    const isLive = deps.replicas.view(deployment.id).state === 'ready'
    const { task, createdAt, contextTokens } = deployment
    listed.push({ id: fullName, createdAt, ownedBy: ownerOf(fullName), provider: 'stoa', isLive, contextTokens, task })
  }
  for (const endpoint of await listEndpoints(deps.db, MAX_LISTED)) {
    if (listed.some(({ id }) => id === `${endpoint.ownerName}/${endpoint.name}`)) continue
    if (endpoint.state === 'paused' || !(await isReadable(deps, actor, endpoint.repoName))) continue
    const { ownerName, name, createdAt } = endpoint
    const task = served.find(({ repoId }) => repoId === endpoint.repoId)?.deployment.task ?? null
    listed.push({
      id: `${ownerName}/${name}`,
      createdAt,
      ownedBy: ownerName,
      provider: 'stoa',
      isLive: true,
      contextTokens: null,
      task,
    })
  }
  if (actor.kind === 'anonymous') return listed
  for (const { model, provider, createdAt, task } of await listProviderModels(deps.db, MAX_LISTED)) {
    listed.push({ id: model, createdAt, ownedBy: provider, provider, isLive: true, contextTokens: null, task })
  }
  return listed
}

async function isReadable(deps: RouteDeps, actor: Actor, fullName: string): Promise<boolean> {
  return deps.repos.findReadable(actor, fullName).then(
    () => true,
    () => false,
  )
}

const ownerOf = (fullName: string): string => fullName.split('/', 1)[0] ?? fullName

function modelNotFound(name: string, near: readonly string[]): StoaError {
  const shown = name.slice(0, MAX_SHOWN_NAME)
  const hint = near.length === 0 ? '' : ` Did you mean ${near.map((one) => `\`${one}\``).join(' or ')}?`
  const message = `The model \`${shown}\` does not exist or you may not call it.${hint}`
  return refuse('ModelNotFound', message, { code: 'model_not_found', param: 'model' })
}
