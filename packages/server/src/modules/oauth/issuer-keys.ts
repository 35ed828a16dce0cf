import type { JsonWebKey } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import type { Clock } from '../../kit/clock.js'
import type { GuardedFetch } from '../../kit/http/guarded-fetch.js'
import type { IssuerRow } from './queries/publishers.js'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 256 * 1024
const MAX_KEYS = 100
const FRESH_MS = 10 * 60_000
/** An unknown key is looked for again at most this often, whoever asks. */
const RETRY_MS = 60_000

/** Public keys of configured issuers: the only addresses this module ever asks, and only while a job shows a token. */
export interface IssuerKeys {
  /** Keys of an issuer; fetched again when `kid` is not among the remembered ones. Throws `Unavailable`. */
  keysOf(issuer: IssuerRow, kid: string | null): Promise<readonly JsonWebKey[]>
}

interface Remembered {
  readonly address: string
  readonly keys: Promise<readonly JsonWebKey[]>
  readonly atMs: number
}

export function createIssuerKeys(clock: Clock, guardedFetch: GuardedFetch): IssuerKeys {
  const remembered = new Map<string, Remembered>()

  function ask(issuer: IssuerRow): Promise<readonly JsonWebKey[]> {
    const keys = fetchKeys(issuer, guardedFetch)
    const entry = { address: issuer.jwksUrl ?? '', keys, atMs: clock.now().getTime() }
    remembered.set(issuer.issuer, entry)
    // A failure is not remembered as an answer; the time of it is, so that nobody makes us knock all the time.
    keys.catch(() => remembered.set(issuer.issuer, { ...entry, keys: Promise.resolve([]) }))
    return keys
  }

  return {
    async keysOf(issuer, kid) {
      const known = remembered.get(issuer.issuer)
      const ageMs = known ? clock.now().getTime() - known.atMs : Number.POSITIVE_INFINITY
      if (!known || known.address !== (issuer.jwksUrl ?? '') || ageMs > FRESH_MS) return ask(issuer)
      const keys = await known.keys
      const isKnown = keys.some((key) => kid === null || key['kid'] === kid)
      return isKnown || ageMs < RETRY_MS ? keys : ask(issuer)
    },
  }
}

async function fetchKeys(issuer: IssuerRow, guardedFetch: GuardedFetch): Promise<readonly JsonWebKey[]> {
  const address = issuer.jwksUrl ?? (await discoverKeys(issuer.issuer, guardedFetch))
  const { keys } = (await fetchJson(address, guardedFetch)) as { keys?: unknown }
  if (!Array.isArray(keys)) throw unavailable(address)
  return keys.filter((key): key is JsonWebKey => typeof key === 'object' && key !== null).slice(0, MAX_KEYS)
}

/** The address of the keys by the issuer's own word; it must be at the issuer's, for only that was configured. */
async function discoverKeys(issuer: string, guardedFetch: GuardedFetch): Promise<string> {
  const document = (await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, guardedFetch)) as {
    issuer?: unknown
    jwks_uri?: unknown
  }
  const address = document.jwks_uri
  if (document.issuer !== issuer || typeof address !== 'string' || !URL.canParse(address)) throw unavailable(issuer)
  if (new URL(address).origin !== new URL(issuer).origin) throw unavailable(address)
  return address
}

async function fetchJson(address: string, guardedFetch: GuardedFetch): Promise<unknown> {
  try {
    const answer = await guardedFetch(address, {
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      headers: { accept: 'application/json' },
    })
    if (!answer.ok) throw unavailable(address)
    const document: unknown = await answer.json()
    return typeof document === 'object' && document !== null ? document : {}
  } catch {
    // Whatever went wrong over there, the job hears that its issuer could not be asked.
    throw unavailable(address)
  }
}

function unavailable(address: string): Error {
  return refuse('Unavailable', `The keys of this issuer could not be read from ${new URL(address).host}.`)
}
