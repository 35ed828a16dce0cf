import { refuse } from '@stoa/contracts'
import type { Actor, UserActor } from '../../../kit/http/actor.js'
import type { InferenceDeps, ServableRepo } from '../deps.js'
import type { ModelRoute, Upstream } from '../gateway/model-route.js'
import { providerUpstream, type ProviderPools } from '../providers/provider-pools.js'
import { type Endpoint, findEndpoint, listEndpointsNamed } from '../queries/endpoints.js'
import { findProviderModel, type FoundProviderModel } from '../queries/providers.js'
import { FLAVORS } from '../endpoints/flavors.js'
import { materialise } from '../replicas/materialise.js'
import type { ReplicaPool } from '../replicas/replica-pool.js'
import type { Deployment } from './deployment.js'
import { memoryLimit } from './estimate-memory.js'
import { makeDeployment } from './make-deployment.js'

const PROVIDER_MAX_TOKENS = 4_096
/** Bytes of template around a message and of the sentence start, in tokens at worst. */
const TEMPLATE_TOKENS = 32
const PROVIDER_BYTES_PER_TOKEN = 2

export interface RouteDeps extends InferenceDeps {
  readonly replicas: ReplicaPool
  readonly providerPools: ProviderPools
  /** Whether a model of this repository may run here at the sandbox's level. */
  readonly demandSandbox: (repo: ServableRepo, actor: Actor) => Promise<void>
}

/**
 * Resolves a model's name for a caller: a provider's model, a repository (`acme/tiny`, `acme/tiny@rev`), or an endpoint
 * (`acme/name`, or its bare name). Null when it is missing or not theirs, alike.
 */
export async function findRoute(deps: RouteDeps, actor: UserActor, name: string): Promise<ModelRoute | null> {
  const offered = await findProviderModel(deps.db, name)
  if (offered) return await providerRoute(deps, actor, offered)
  const at = name.lastIndexOf('@')
  const base = at > 0 ? name.slice(0, at) : name
  const repo = base.includes('/') ? await findReadable(deps, actor, base) : null
  const route = repo ? await repoRoute(deps, actor, repo, at > 0 ? name.slice(at + 1) : null) : null
  return route ?? (await endpointRoute(deps, actor, base))
}

async function providerRoute(deps: RouteDeps, actor: UserActor, found: FoundProviderModel): Promise<ModelRoute | null> {
  const isRepoName = found.model.includes('/')
  const hidden =
    isRepoName && (await deps.repos.findByName(deps.db, found.model)) && !(await findReadable(deps, actor, found.model))
  if (hidden) return null
  const upstream = providerUpstream(deps.providerPools, found.provider, deps.instanceKey)
  return {
    resource: isRepoName ? `repo:${found.model}` : `model:${found.model}`,
    endpointId: null,
    upstreamModel: found.upstream,
    maxOutputTokens: PROVIDER_MAX_TOKENS,
    inputTokensUpTo: (bytes) => Math.ceil(bytes / PROVIDER_BYTES_PER_TOKEN) + TEMPLATE_TOKENS,
    task: found.task,
    open: () => upstream,
  }
}

async function endpointRoute(deps: RouteDeps, actor: UserActor, name: string): Promise<ModelRoute | null> {
  const [owner, rest] = name.split('/', 2) as [string, string | undefined]
  const found =
    rest === undefined ? await listEndpointsNamed(deps.db, owner) : [await findEndpoint(deps.db, owner, rest)]
  for (const endpoint of found) {
    const repo = endpoint ? await findReadable(deps, actor, endpoint.repoName) : null
    if (!endpoint || repo?.id !== endpoint.repoId) continue
    if (endpoint.state === 'paused')
      throw refuse('ModelFailed', 'This endpoint is paused.', { code: 'endpoint_paused' })
    const route = await repoRoute(deps, actor, repo, endpoint.revision, endpoint)
    if (route) return route
  }
  return null
}

async function repoRoute(
  deps: RouteDeps,
  actor: UserActor,
  repo: ServableRepo,
  revision: string | null,
  endpoint: Endpoint | null = null,
): Promise<ModelRoute | null> {
  const deployment = await deployRevision(deps, repo, revision ?? repo.defaultBranch)
  if (!deployment) return null
  if (endpoint) demandFlavor(endpoint, deployment)
  const locate = async (): Promise<string> => materialise(deps, repo, deployment)
  return {
    resource: `repo:${repo.fullName}`,
    endpointId: endpoint?.id ?? null,
    upstreamModel: null,
    maxOutputTokens: deployment.contextTokens,
    // Every token of a local tokenizer stands for at least one byte.
    inputTokensUpTo: (bytes) => Math.min(bytes + TEMPLATE_TOKENS, deployment.contextTokens),
    task: deployment.task,
    open: () => openReplica(deps, actor, repo, deployment, locate),
  }
}

function demandFlavor(endpoint: Endpoint, deployment: Deployment): void {
  const hasBytes = FLAVORS[endpoint.flavor]?.memoryBytes ?? 0
  const needsBytes = memoryLimit(deployment.estimateBytes)
  if (needsBytes <= hasBytes) return
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
  const message = `The model needs ${gigabytes(needsBytes)}, the flavor ${endpoint.flavor} has ${gigabytes(hasBytes)}.`
  throw refuse('ModelTooLarge', message, { code: 'model_too_large', needsBytes, hasBytes })
}

function openReplica(
  deps: RouteDeps,
  actor: UserActor,
  repo: ServableRepo,
  deployment: Deployment,
  locate: () => Promise<string>,
): Upstream | Promise<Upstream> {
  if (deps.replicas.view(deployment.id).state === 'ready') return deps.replicas.open(deployment, locate)
  return deps.demandSandbox(repo, actor).then(() => deps.replicas.open(deployment, locate))
}

async function deployRevision(deps: RouteDeps, repo: ServableRepo, revision: string): Promise<Deployment | null> {
  const commitOid = await missingAsNull(deps.repos.resolveRevision(repo, revision))
  return commitOid === null ? null : await makeDeployment(deps, repo, commitOid)
}

async function findReadable(deps: RouteDeps, actor: Actor, fullName: string): Promise<ServableRepo | null> {
  return missingAsNull(deps.repos.findReadable(actor, fullName))
}

/** Missing and invisible are one answer here; a gate is another: its page says how to be let in. */
async function missingAsNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    const { status } = error as { status?: number }
    if (status === 404 || status === 401) return null
    throw error
  }
}
