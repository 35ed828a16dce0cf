import { createPageDescriber } from './describe-page.js'
import { bindHealth } from './health.js'
import { createDenialRecorder } from './kit/audit/record-denials.js'
import { createHostCheck } from './kit/http/known-host.js'
import { createRateLimiter, NO_LIMITS, unless } from './kit/http/rate-limit.js'
import { createHttp } from './kit/http/server.js'
import { createWebShell } from './kit/http/web-shell.js'
import type { Kit, Module } from './kit/kit.js'
import { createManifest } from './manifest/index.js'
import { createAccounts } from './modules/accounts/index.js'
import { createAvatars } from './modules/avatars/index.js'
import { createCatalog } from './modules/catalog/index.js'
import { createCommerce } from './modules/commerce/index.js'
import { createDiscussions } from './modules/discussions/index.js'
import { createDirectory } from './modules/directory/index.js'
import { createFederation } from './modules/federation/index.js'
import { createGates } from './modules/gates/index.js'
import { createGit } from './modules/git/index.js'
import { createGovernance } from './modules/governance/index.js'
import { createInference } from './modules/inference/index.js'
import { createMetering } from './modules/metering/index.js'
import { createOauth } from './modules/oauth/index.js'
import { createOrgs } from './modules/orgs/index.js'
import { createRepos } from './modules/repos/index.js'
import { createSignin } from './modules/signin/index.js'
import { createPlatform } from './platform/index.js'
import { createResourceSight } from './see-resource.js'

export interface AppOptions {
  readonly checkResponses: boolean
  /** One round trip to the database; throws when it does not answer. */
  databaseHealth(): Promise<{ roundTripMs: number }>
}

/** The house: every module, built in the order in which one may use another. */
export function createApp(kit: Kit, options: AppOptions) {
  const accounts = createAccounts(kit)
  const orgs = createOrgs({ ...kit, accounts })
  const avatars = createAvatars({ ...kit, accounts })
  const oauth = createOauth({ ...kit, accounts, orgs })
  const signin = createSignin({ ...kit, accounts, orgs })
  const federation = createFederation({ ...kit, accounts, orgs })
  const directory = createDirectory({ ...kit, accounts, orgs, federation })
  const governance = createGovernance({ ...kit, accounts })
  const commerce = createCommerce({ ...kit, accounts })
  const metering = createMetering({ ...kit, accounts, commerce })
  const git = createGit({ ...kit, isLenient: accounts.isLenient })
  const repos = createRepos({ ...kit, accounts, orgs, commerce, git })
  const gates = createGates({ ...kit, accounts, repos })
  const discussions = createDiscussions({ ...kit, repos })
  governance.provideEraser(avatars.erase)
  governance.provideEraser(directory.eraseTold)
  // What is sold ends before it is deleted.
  governance.provideEraser(commerce.eraseSeller)
  governance.provideEraser(metering.eraseName)
  governance.provideEraser(repos.eraseOwner)
  governance.provideHoldings(repos.listHoldings)
  commerce.provideResourceAccess(createResourceSight(kit, repos))
  const catalog = createCatalog({ ...kit, repos })
  const limiter = kit.config.rateLimits ? unless(accounts.isLenient, createRateLimiter(kit.clock)) : NO_LIMITS
  const inference = createInference({ ...kit, accounts, metering, repos, catalog, limiter })
  const modules: readonly Module[] = [
    accounts,
    orgs,
    avatars,
    oauth,
    signin,
    federation,
    directory,
    governance,
    commerce,
    metering,
    git,
    repos,
    gates,
    discussions,
    catalog,
    inference,
  ]
  const nouns = modules.flatMap((module) => module.nouns ?? [])
  const manifest = createManifest({ ...kit, accounts, nouns })
  const platform = createPlatform({ ...kit, modules })

  const isKnownHost = createHostCheck({
    publicUrl: kit.publicUrl,
    isPublicUrlSet: kit.config.publicUrl !== null,
    others: kit.config.hosts,
  })
  const http = createHttp({
    authenticate: accounts.authenticate,
    limiter,
    recordDenial: createDenialRecorder(kit),
    isKnownHost: (host) => accounts.isLenient() || isKnownHost(host),
    publicUrl: kit.publicUrl,
    checkResponses: options.checkResponses,
    ids: kit.ids,
    log: kit.log,
  })
  bindHealth(http, { databaseHealth: options.databaseHealth, blobs: kit.blobs })
  if (kit.config.roles.includes('web')) {
    for (const module of [...modules, manifest, platform]) module.routes?.(http)
    const describe = createPageDescriber({ findRepo: repos.findRepo, facts: catalog.facts })
    http.fallback(createWebShell({ publicUrl: kit.publicUrl, describe }))
  }
  return {
    http,
    manifest,
    accounts,
    orgs,
    signin,
    federation,
    directory,
    governance,
    commerce,
    metering,
    git,
    repos,
    catalog,
    inference,
    ...lifecycle(modules),
  }
}

export type App = ReturnType<typeof createApp>

/** Modules start in the order of the line and stop in the opposite one. */
function lifecycle(modules: readonly Module[]) {
  return {
    startModules: async () => {
      for (const module of modules) await module.start?.()
    },
    stopModules: async () => {
      for (const module of [...modules].reverse()) await module.stop?.()
    },
  }
}
