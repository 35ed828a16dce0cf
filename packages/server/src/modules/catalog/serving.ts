/** One way a model can be called here. */
export interface ServedAs {
  /** The name clients choose a provider by: `hf-inference` is this platform's own runtimes. */
  readonly provider: string
  /** What the provider calls the model. */
  readonly providerId: string
  readonly task: string
}

/** What the catalogue asks of whoever serves models; a later module provides it. */
export interface Serving {
  /** How these models are served, by full name; one that is not served is absent. */
  describe(fullNames: readonly string[]): Promise<ReadonlyMap<string, readonly ServedAs[]>>
  /** Names, in lower case, of models served by any of these providers, or by anybody; some thousands at most. */
  listNames(providers: readonly string[] | null): Promise<readonly string[]>
}

/** Nothing is served. */
export const NO_SERVING: Serving = { describe: async () => new Map(), listNames: async () => [] }

interface Shown {
  readonly status: 'live'
  readonly providerId: string
  readonly task: string
}

/** As an information answer carries it: by provider (hub-api 4.3). */
export function mappingObject(served: readonly ServedAs[]): Record<string, Shown> {
  return Object.fromEntries(
    served.map(({ provider, providerId, task }) => [provider, { status: 'live', providerId, task }]),
  )
}

/** As a list carries it. */
export function mappingList(served: readonly ServedAs[]): (Shown & { readonly provider: string })[] {
  return served.map(({ provider, providerId, task }) => ({ provider, providerId, status: 'live', task }))
}
