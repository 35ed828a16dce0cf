import type { Client } from '@stoa/sdk'
import { createClient } from '@stoa/sdk'
import { type Terminal, UsageError } from './terminal.js'

const DEFAULT_URL = 'http://127.0.0.1:3000'

/** `parseArgs` options every command that talks to a server takes. */
export const REMOTE_OPTIONS = { url: { type: 'string' }, token: { type: 'string' } } as const

export interface RemoteValues {
  readonly url?: string | undefined
  readonly token?: string | undefined
}

/** A client for the server and token of the flags or the environment. Without a server one line says so. */
export function openRemote(values: RemoteValues, { environment }: Terminal): { url: string; client: Client } {
  const url = (values.url ?? environment['STOA_URL'] ?? environment['HF_ENDPOINT'] ?? DEFAULT_URL).replace(/\/+$/, '')
  if (!/^https?:\/\//.test(url))
    throw new UsageError(`"${url}" is not an address. Give --url http://… or set STOA_URL.`)
  const token = values.token ?? environment['STOA_TOKEN'] ?? environment['HF_TOKEN']
  if (!token) throw new UsageError('No access token. Give --token or set STOA_TOKEN; make one under Settings, Tokens.')
  const request: typeof fetch = async (input, init) => {
    try {
      return await fetch(input, init)
    } catch (error) {
      if (init?.signal?.aborted) throw error
      throw new UsageError(`No server answers at ${url}. Start it with "stoa serve", or give --url.`, { cause: error })
    }
  }
  return { url, client: createClient({ baseUrl: url, token, fetch: request }) }
}
