import { type EndpointView, refuse, type ServingView } from '@stoa/contracts'
import type { Actor, UserActor } from '../../kit/http/actor.js'
import { can } from '../accounts/index.js'
import type { InferenceDeps, ServableRepo } from './deps.js'
import type { Deployment } from './models/deployment.js'
import { makeDeployment } from './models/make-deployment.js'
import { type Endpoint, findEndpoint, listEndpoints } from './queries/endpoints.js'
import type { ReplicaPool } from './replicas/replica-pool.js'
import type { Sandbox } from '../runtimes/index.js'

const MAX_ENDPOINTS = 1_000
const STATES = { stopped: 'scaledToZero', starting: 'initializing', ready: 'running', failed: 'failed' } as const

export interface ServingDeps extends InferenceDeps {
  readonly replicas: ReplicaPool
  readonly sandbox: Sandbox
  readonly budgetBytes: number
}

/** How a repository's default branch is served; `ModelNotServable` when no runtime here can. */
export async function showServing(deps: ServingDeps, actor: Actor, fullName: string): Promise<ServingView> {
  const { repo, deployment } = await findServed(deps, actor, fullName)
  const { runtime, task, modelFile, commitOid, contextTokens, sizeBytes, estimateBytes } = deployment
  const { state, inFlight, message } = deps.replicas.view(deployment.id)
  return {
    model: repo.fullName,
    ...{ runtime, task, modelFile, commitOid, contextTokens, sizeBytes, estimateBytes, state, inFlight, message },
  }
}

export async function showServingLog(
  deps: ServingDeps,
  actor: UserActor,
  fullName: string,
): Promise<{ lines: string[] }> {
  const { repo, deployment } = await findServed(deps, actor, fullName)
  if (!can(actor, 'repo.logs', repo).allow) throw refuse('Forbidden')
  return { lines: [...deps.replicas.view(deployment.id).log] }
}

async function findServed(
  deps: ServingDeps,
  actor: Actor,
  fullName: string,
): Promise<{ repo: ServableRepo; deployment: Deployment }> {
  const repo = await deps.repos.findReadable(actor, fullName)
  const commitOid = await deps.repos.resolveRevision(repo, repo.defaultBranch).catch(() => null)
  const deployment = commitOid === null ? null : await makeDeployment(deps, repo, commitOid)
  if (!deployment)
    throw refuse('ModelNotServable', 'No runtime here can serve these files. GGUF and ONNX encoders are served.')
  return { repo, deployment }
}

export async function showEndpoints(deps: ServingDeps, actor: Actor): Promise<EndpointView[]> {
  const views: EndpointView[] = []
  for (const endpoint of await listEndpoints(deps.db, MAX_ENDPOINTS)) {
    const view = await viewEndpoint(deps, actor, endpoint).catch(() => null)
    if (view) views.push(view)
  }
  return views
}

export async function showEndpoint(
  deps: ServingDeps,
  actor: Actor,
  owner: string,
  name: string,
): Promise<EndpointView> {
  const endpoint = await findEndpoint(deps.db, owner, name)
  const view = endpoint ? await viewEndpoint(deps, actor, endpoint).catch(() => null) : null
  if (!view) throw refuse('EndpointNotFound')
  return view
}

/** Throws when the caller may not read the endpoint's model: then it does not exist for them. */
async function viewEndpoint(deps: ServingDeps, actor: Actor, endpoint: Endpoint): Promise<EndpointView> {
  const repo = await deps.repos.findReadable(actor, endpoint.repoName)
  const { id, ownerName, name, repoName, revision, flavor, minReplicas, maxReplicas, createdAt } = endpoint
  const commitOid = await deps.repos.resolveRevision(repo, revision).catch(() => null)
  const deployment = commitOid === null ? null : await makeDeployment(deps, repo, commitOid)
  const running = deployment ? STATES[deps.replicas.view(deployment.id).state] : 'failed'
  return {
    ...{ id, owner: ownerName, name, repo: repoName, revision, flavor, minReplicas, maxReplicas },
    state: endpoint.state === 'paused' ? 'paused' : running,
    createdAt: createdAt.toISOString(),
  }
}

export async function showSandbox(deps: ServingDeps) {
  const level = await deps.sandbox.level()
  return { level, allowUnsandboxed: deps.config.allowUnsandboxed, budgetBytes: deps.budgetBytes }
}
