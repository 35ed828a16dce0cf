import { Pool } from 'undici'
import type { Upstream } from '../gateway/model-route.js'
import type { ProviderRow } from '../queries/providers.js'
import { openKey } from './seal-key.js'

const HEADERS_TIMEOUT_MS = 600_000
const BODY_TIMEOUT_MS = 120_000
const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 30_000
const MAX_CONNECTIONS = 1_024

/** One pool of connections per provider, made anew when its address or key changes. */
export interface ProviderPools {
  get(provider: ProviderRow, make: () => Upstream): Upstream
  stop(): Promise<void>
}

export function createProviderPools(): ProviderPools {
  const pools = new Map<string, { version: string; upstream: Upstream }>()
  return {
    get(provider, make) {
      const version = `${provider.baseUrl} ${provider.keySealed ?? ''}`
      const known = pools.get(provider.id)
      if (known?.version === version) return known.upstream
      void known?.upstream.pool.close()
      const upstream = make()
      pools.set(provider.id, { version, upstream })
      return upstream
    },
    async stop() {
      await Promise.all([...pools.values()].map(({ upstream }) => upstream.pool.destroy()))
    },
  }
}

/** The way to a provider: its own pool, its path, its key as a bearer token. */
export function providerUpstream(pools: ProviderPools, provider: ProviderRow, instanceKey: Buffer): Upstream {
  return pools.get(provider, () => {
    const { origin, pathname } = new URL(provider.baseUrl)
    const key = provider.keySealed === null ? null : openKey(instanceKey, provider.id, provider.keySealed)
    const pool = new Pool(origin, {
      pipelining: 1,
      connections: MAX_CONNECTIONS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      bodyTimeout: BODY_TIMEOUT_MS,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
    })
    return {
      pool,
      kind: 'provider',
      prefix: pathname.replace(/\/+$/, ''),
      authorization: key === null ? null : `Bearer ${key}`,
      begin: () => {},
      end: () => {},
    }
  })
}
