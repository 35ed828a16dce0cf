import { createHash } from 'node:crypto'
import { expect } from 'vitest'

export const weights = Buffer.alloc(200_000, 'weights')
let made = 0
const oidOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const LFS = { 'content-type': 'application/vnd.git-lfs+json' }

/** Requests that were let through once, by name; each answers its status. */
export type Doors = Record<string, () => Promise<number>>

/** What these steps use of a test server, and of a file in the Xet store. */
interface Server {
  readonly url: string
}
interface Packed {
  readonly hash: string
}

interface Holder {
  /** Empty for the unknown. */
  readonly token: string
  /** Where requests come from, by a proxy on this machine; asked at each request. */
  readonly from?: () => string
}

/** Everything a reader with a writing token holds or may ask for; the addresses and tokens are fetched now. */
export async function openDoors(server: Server, packed: Packed, id: string, { token, from }: Holder): Promise<Doors> {
  const auth: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const reach = (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...(init.headers as Record<string, string>), ...(from ? { 'x-forwarded-for': from() } : {}) }
    return fetch(url.startsWith('/') ? server.url + url : url, { redirect: 'manual', ...init, headers })
  }
  const send = async (url: string, init: RequestInit = {}): Promise<number> => {
    const answer = await reach(url, init)
    await answer.arrayBuffer()
    return answer.status
  }
  const json = async <T>(url: string, init: RequestInit = {}): Promise<T> =>
    (await reach(url, init)).json() as Promise<T>
  const batch = async (operation: string, bytes: Buffer) => {
    const body = JSON.stringify({ operation, objects: [{ oid: oidOf(bytes), size: bytes.length }] })
    const path = `/${id}.git/info/lfs/objects/batch`
    const init = { method: 'POST', headers: { ...auth, ...LFS }, body }
    type Answer = { objects: { actions?: Record<string, { href: string }> }[] }
    return { again: () => send(path, init), href: (await json<Answer>(path, init)).objects[0]?.actions }
  }
  const down = await batch('download', weights)
  const xet = await json<{ accessToken: string; casUrl: string }>(`/api/models/${id}/xet-read-token/main`, {
    headers: auth,
  })
  const bearer = { authorization: `Bearer ${xet.accessToken}` }
  const plan = `${xet.casUrl}/v1/reconstructions/${packed.hash}`
  type Plan = { fetch_info: Record<string, { url: string }[]> }
  const link = Object.values((await json<Plan>(plan, { headers: bearer })).fetch_info)[0]?.[0]?.url ?? ''
  const reading: Doors = {
    info: () => send(`/api/models/${id}/tree/main`, { headers: auth }),
    resolve: () => send(`/${id}/resolve/main/lfs.safetensors`, { headers: auth }),
    git: () => send(`/${id}.git/info/refs?service=git-upload-pack`, { headers: auth }),
    'LFS batch': down.again,
    'signed download': () => send(down.href?.['download']?.href ?? ''),
    'Xet token': () => send(`/api/models/${id}/xet-read-token/main`, { headers: auth }),
    'Xet reconstruction': () => send(plan, { headers: bearer }),
    'Xet link': () => send(link),
  }
  if (!token) return reading
  const fresh = Buffer.from(`bytes that are not here yet ${made++}`)
  const up = await batch('upload', fresh)
  const writing = await json<{ accessToken: string; casUrl: string }>(
    `/api/models/${id}/xet-write-token/main?create_pr=1`,
    { headers: auth },
  )
  return {
    ...reading,
    'LFS upload batch': up.again,
    'Xet shard': async () => {
      const headers = { authorization: `Bearer ${writing.accessToken}` }
      const status = await send(`${writing.casUrl}/v1/shards`, { method: 'POST', headers, body: 'no shard' })
      return status === 400 || status === 422 ? 200 : status
    },
    'signed upload': () => send(up.href?.['upload']?.href ?? '', { method: 'PUT', body: fresh }),
  }
}

export async function statusesOf(doors: Doors): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {}
  for (const [name, open] of Object.entries(doors)) statuses[name] = await open()
  return statuses
}

export async function expectOpen(doors: Doors, id: string): Promise<void> {
  for (const [name, status] of Object.entries(await statusesOf(doors)))
    expect([id, name, status, status >= 200 && status < 300]).toEqual([id, name, status, true])
}

export async function expectShut(doors: Doors, id: string): Promise<void> {
  for (const [name, status] of Object.entries(await statusesOf(doors)))
    expect([id, name, status, [401, 403, 404].includes(status)]).toEqual([id, name, status, true])
}
