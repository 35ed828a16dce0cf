import { availableParallelism, totalmem } from 'node:os'
import { refuse } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'
import type { Http } from '../../kit/http/server.js'
import type { Catalog } from '../catalog/index.js'
import type { Repos } from '../repos/index.js'
import type { InferenceDeps, ServableRepo } from './deps.js'
import { createServing } from './describe-served.js'
import { createGateway } from './gateway/gateway.js'
import { createRouter } from './models/router.js'
import { followRepos } from './models/register-repos.js'
import { createEndpointsNoun } from './nouns/endpoints-noun.js'
import { createProvidersNoun } from './nouns/providers-noun.js'
import { type Switch, switchOfMany } from '../../kit/switches.js'
import { listDeployedCommits } from './queries/deployments.js'
import { listProviders } from './queries/providers.js'
import { createProviderPools } from './providers/provider-pools.js'
import { ReplicaPool } from './replicas/replica-pool.js'
import { bindServing } from './routes/serving.js'
import { createSandbox } from '../runtimes/index.js'
import { readRepos } from './served-files.js'

export type { InferenceDeps } from './deps.js'

/** Part of the machine's memory that models may have. */
const MEMORY_SHARE = 0.6
const MAX_THREADS = 4
/** The account whose models come with the product. */
const BUILT_IN = 'stoa'

export interface InferenceOptions extends Omit<InferenceDeps, 'repos'> {
  readonly repos: Repos
  readonly catalog: Pick<Catalog, 'provideServing'>
}

/** Served models: endpoints, replicas, providers, and the doors of the OpenAI and Hugging Face inference APIs. */
export function createInference(options: InferenceOptions) {
  const deps: InferenceDeps = { ...options, repos: readRepos(options.repos) }
  const sandbox = createSandbox()
  const providerPools = createProviderPools()
  const budgetBytes = Math.floor(totalmem() * MEMORY_SHARE)
  const threads = Math.min(MAX_THREADS, availableParallelism())
  const replicas = new ReplicaPool({ sandbox, clock: deps.clock, log: deps.log, budgetBytes, threads })

  /** Without walls only models of people who run this server anyway are loaded, unless the operator decided otherwise. */
  const demandSandbox = async (repo: ServableRepo, actor: Actor): Promise<void> => {
    if (deps.config.allowUnsandboxed || repo.namespace === BUILT_IN) return
    if (actor.kind === 'user' && actor.isAdmin && actor.userId === repo.accountId) return
    if ((await sandbox.level()) === 'plain') throw refuse('SandboxTooWeak', undefined, { code: 'sandbox_too_weak' })
  }
  const router = createRouter({ ...deps, replicas, providerPools, demandSandbox })
  const { verifyToken, authenticate } = deps.accounts
  const gateway = createGateway({ ...deps, ...deps.metering, verifyToken, authenticate, router })
  followRepos(deps, router.forget)
  options.repos.provideRoots(listDeployedCommits)
  options.catalog.provideServing(createServing(deps.db))

  return {
    nouns: [createProvidersNoun(deps, router.forget), createEndpointsNoun(deps, router.forget)],
    switches: async (): Promise<Switch[]> => {
      const providers = await listProviders(deps.db)
      return [
        switchOfMany(
          'providers',
          providers.map(({ baseUrl }) => baseUrl),
        ),
      ]
    },
    routes: (http: Http): void => {
      http.door(gateway.door)
      bindServing(http, { ...deps, replicas, sandbox, budgetBytes })
    },
    stop: async (): Promise<void> => {
      gateway.stop()
      await replicas.stop()
      await providerPools.stop()
      await sandbox.stop()
    },
  }
}

export type Inference = ReturnType<typeof createInference>
