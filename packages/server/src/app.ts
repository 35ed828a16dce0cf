import { createRateLimiter, NO_LIMITS } from './kit/http/rate-limit.js'
import { createHttp, type Http } from './kit/http/server.js'
import type { Kit, Module } from './kit/kit.js'
import type { ManifestNoun } from './kit/manifest/noun.js'
import { createManifest, type Manifest } from './manifest/index.js'
import { createAccounts } from './modules/accounts/index.js'
import { createCatalog } from './modules/catalog/index.js'
import { createCommerce } from './modules/commerce/index.js'
import { createInference } from './modules/inference/index.js'
import { createRepos } from './modules/repos/index.js'

/** The house: every module, built in the order in which one may use another. */
export function createApp(kit: Kit, options: { checkResponses: boolean }) {
  const accounts = createAccounts(kit)
  const commerce = createCommerce({ ...kit, accounts })
  const repos = createRepos({ ...kit, accounts })
  const catalog = createCatalog({ ...kit, accounts, repos })
  const inference = createInference({ ...kit, accounts, commerce, repos, catalog })
  const modules: readonly Module[] = [accounts, commerce, repos, catalog, inference]
  const nouns = modules.flatMap((module) => module.nouns ?? []) as readonly ManifestNoun[]
  const manifest = createManifest({ ...kit, nouns })

  const http = createHttp({
    authenticate: accounts.authenticate,
    limiter: kit.config.rateLimits ? createRateLimiter(kit.clock) : NO_LIMITS,
    publicUrl: kit.publicUrl,
    checkResponses: options.checkResponses,
    ids: kit.ids,
    log: kit.log,
  })
  for (const module of [...modules, manifest]) module.routes?.(http)
  return { http, manifest, accounts, commerce, repos, catalog, inference, ...lifecycle(modules) }
}

export type App = ReturnType<typeof createApp>
export type { Http, Manifest }

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
