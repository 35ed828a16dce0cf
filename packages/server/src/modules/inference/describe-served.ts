import type { Db } from '../../kit/db/database.js'
import type { ServedAs, Serving } from '../catalog/index.js'
import { listServedNames, listServedTasks } from './queries/deployments.js'
import { listProviderNames, listUpstreams } from './queries/providers.js'

/** What stock clients call the runtimes of the platform that they ask. */
const OWN_PROVIDER = 'hf-inference'
const MAX_NAMES = 10_000

/** Which models can be called, for the catalogue: those that a runtime here serves, and those of declared providers. */
export function createServing(db: Db): Serving {
  return {
    describe: async (fullNames) => {
      const served = new Map<string, ServedAs[]>()
      const add = (name: string, as: ServedAs): void => {
        for (const asked of fullNames) {
          if (asked.toLowerCase() === name.toLowerCase()) served.set(asked, [...(served.get(asked) ?? []), as])
        }
      }
      const names = fullNames.map((name) => name.toLowerCase())
      for (const { fullName, task } of await listServedTasks(db, names)) {
        add(fullName, { provider: OWN_PROVIDER, providerId: fullName, task })
      }
      for (const { model, upstream, provider, task } of await listUpstreams(db, names)) {
        add(model, { provider, providerId: upstream, task })
      }
      return served
    },
    listNames: async (providers) => {
      const own = providers === null || providers.includes(OWN_PROVIDER) ? await listServedNames(db, MAX_NAMES) : []
      return [...own, ...(await listProviderNames(db, providers, MAX_NAMES))].map((name) => name.toLowerCase())
    },
  }
}
