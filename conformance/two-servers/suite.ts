import { strict as assert } from 'node:assert'
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, join as joinServer } from '@stoa/testkit'
import { runCases, type Suite, type Target } from '../target.js'

/** A credential taken away on one server ends on the other within this (accounts/credential-cache). */
const REVOKED_WITHIN_MS = 11_000
const PART_BYTES = 5 * 1024 * 1024

/** Calls to one of the two at a time; the proxy is not in between. */
function createCallers(target: Target) {
  const base = (server: number): string => target.servers[server % 2] ?? ''
  const as = (token: string) => ({ authorization: `Bearer ${token}` })
  const call = <T = Record<string, unknown>>(server: number, method: string, path: string, body?: unknown) =>
    ask<T>(base(server) + path, method, {
      headers: as(target.alice),
      ...(body === undefined ? {} : { body }),
    })
  const commit = async (server: number, repo: string, path: string, parentCommit?: string) => {
    const file = { path, content: `${path}\n`, encoding: 'utf-8' }
    const lines = [
      { key: 'header', value: { summary: path, ...(parentCommit === undefined ? {} : { parentCommit }) } },
      { key: 'file', value: file },
    ]
    const answer = await fetch(`${base(server)}/api/models/${repo}/commit/main`, {
      method: 'POST',
      headers: { ...as(target.alice), 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    return { status: answer.status, body: (await answer.json()) as { commitOid?: string } }
  }
  return { base, as, call, commit }
}

async function until(what: () => Promise<boolean>, withinMs: number): Promise<number> {
  const begun = performance.now()
  while (!(await what())) {
    if (performance.now() - begun > withinMs) throw new Error(`not within ${withinMs} ms`)
    await sleep(100)
  }
  return performance.now() - begun
}

function repositoryCases(target: Target): Record<string, () => Promise<void>> {
  const { base, as, call, commit } = createCallers(target)
  return {
    'what one took is read from the other at once': async () => {
      await call(0, 'POST', '/api/repos/create', { name: 'pair' })
      for (let round = 0; round < 20; round++) {
        assert.equal((await commit(round, 'alice/pair', `f${round}.txt`)).status, 200)
        const read = await fetch(`${base(round + 1)}/alice/pair/resolve/main/f${round}.txt`)
        assert.equal(await read.text(), `f${round}.txt\n`)
        const tree = await call<unknown[]>(round + 1, 'GET', '/api/models/alice/pair/tree/main')
        assert.equal(tree.body.length, round + 2)
      }
    },
    'of two racing writers one wins': async () => {
      for (let round = 0; round < 10; round++) {
        const { body } = await call<{ sha: string }>(round, 'GET', '/api/models/alice/pair')
        const both = await Promise.all([0, 1].map((at) => commit(at, 'alice/pair', `r${round}-${at}.txt`, body.sha)))
        assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412])
      }
    },
    'racing writers who name no parent all win': async () => {
      const all = await Promise.all(Array.from({ length: 12 }, (_, at) => commit(at, 'alice/pair', `free-${at}.txt`)))
      assert.deepEqual([...new Set(all.map(({ status }) => status))], [200])
      const tree = await call<unknown[]>(0, 'GET', '/api/models/alice/pair/tree/main?recursive=true')
      assert.equal(tree.body.length, 21 + 10 + 12)
    },
    'one name is taken once': async () => {
      for (let round = 0; round < 5; round++) {
        const made = [0, 1, 2, 3].map((at) => call(at, 'POST', '/api/repos/create', { name: `once-${round}` }))
        const statuses = (await Promise.all(made)).map(({ status }) => status).sort()
        assert.deepEqual(statuses, [200, 409, 409, 409])
      }
    },
    'private at once, everywhere': async () => {
      for (const isPrivate of [true, false, true]) {
        const changed = await call(0, 'PUT', '/api/models/alice/pair/settings', { private: isPrivate })
        assert.equal(changed.status, 200)
        for (const server of [0, 1]) {
          const seen = await fetch(`${base(server)}/alice/pair/resolve/main/f1.txt`)
          assert.equal(seen.status, isPrivate ? 401 : 200)
        }
      }
    },
    'a list shows what the other took': async () => {
      const found = async (): Promise<boolean> => {
        const { body } = await call<{ id: string }[]>(1, 'GET', '/api/models?author=alice&search=once-4')
        return body.length === 1
      }
      await until(found, 5_000)
    },
    'parts of a large file through both': async () => {
      const bytes = randomBytes(2 * PART_BYTES + 1000)
      const oid = createHash('sha256').update(bytes).digest('hex')
      const wish = { operation: 'upload', transfers: ['basic', 'multipart'], part_bytes: PART_BYTES }
      const objects = [{ oid, size: bytes.length }]
      const path = '/alice/pair.git/info/lfs/objects/batch'
      type Batch = { objects: { actions: { upload: { href: string; header: Record<string, string> } } }[] }
      const { body } = await call<Batch>(0, 'POST', path, { ...wish, objects })
      const upload = body.objects[0]?.actions.upload ?? assert.fail(JSON.stringify(body))
      const { chunk_size: size, ...addresses } = upload.header
      const parts: { partNumber: number; etag: string }[] = []
      for (const [index, [number, address]] of Object.entries(addresses).sort().entries()) {
        const part = bytes.subarray(index * Number(size), (index + 1) * Number(size))
        const sent = await fetch(onto(base(index), address), { method: 'PUT', body: part })
        assert.equal(sent.status, 200, await sent.text())
        parts.push({ partNumber: Number(number), etag: sent.headers.get('etag') ?? '' })
      }
      const done = await ask(onto(base(1), upload.href), 'POST', { body: { oid, parts } })
      assert.equal(done.status, 200, JSON.stringify(done.body))
      const verified = await ask(`${base(0)}/alice/pair.git/info/lfs/verify`, 'POST', {
        body: { oid, size: bytes.length },
        headers: { ...as(target.alice), 'content-type': 'application/vnd.git-lfs+json' },
      })
      assert.equal(verified.status, 200)
    },
  }
}

/** The same path and query on another server. */
function onto(base: string, address: string): string {
  const { pathname, search } = new URL(address)
  return base + pathname + search
}

function credentialCases(target: Target): Record<string, () => Promise<void>> {
  const { base, as, call } = createCallers(target)
  const whoami = async (server: number, token: string): Promise<number> =>
    (await fetch(`${base(server)}/api/whoami-v2`, { headers: as(token) })).status
  return {
    'a token of one opens the other, until it is revoked': async () => {
      const cora = await joinServer(clientless(base(0)), 'cora')
      const secret = await cora.newToken({ name: 'second', role: 'read' })
      assert.equal(await whoami(1, secret), 200)
      const { body } = await cora.ask<{ id: string; name: string }[]>('GET', '/api/v1/accounts/tokens')
      const id = body.find((token) => token.name === 'second')?.id
      await cora.ask('DELETE', `/api/v1/accounts/tokens/${id}`)
      assert.equal(await whoami(0, secret), 401)
      await until(async () => (await whoami(1, secret)) === 401, REVOKED_WITHIN_MS)
    },
    'a session of one is known to the other, until it ends': async () => {
      const dora = await joinServer(clientless(base(0)), 'dora')
      const session = (server: number) =>
        ask<{ user?: { name: string } }>(`${base(server)}/api/v1/accounts/session`, 'GET', { cookie: dora.cookie })
      assert.equal((await session(1)).body.user?.name, 'dora')
      await dora.ask('POST', '/api/v1/accounts/sign-out')
      await until(async () => !(await session(1)).body.user, REVOKED_WITHIN_MS)
    },
    'a new member may write through both': async () => {
      assert.equal(await whoami(1, target.bob), 200)
      await call(0, 'POST', '/api/v1/accounts/orgs/stoa/members', { user: 'bob', role: 'write' })
      const create = (name: string) =>
        ask(`${base(1)}/api/repos/create`, 'POST', { headers: as(target.bob), body: { name, organization: 'stoa' } })
      await until(async () => (await create('by-bob')).status === 200, REVOKED_WITHIN_MS)
      await call(0, 'DELETE', '/api/v1/accounts/orgs/stoa/members/bob')
      let number = 0
      await until(async () => (await create(`late-${number++}`)).status !== 200, REVOKED_WITHIN_MS)
    },
  }
}

function clientless(url: string) {
  return { url, client: () => null as never }
}

/** What a proxy in front of two servers rarely shows: each call is sent to the one where it could go wrong. */
export const twoServersSuite: Suite = {
  name: 'two servers on the same stores',
  needsPair: true,
  run: (target) => runCases({ ...repositoryCases(target), ...credentialCases(target) }),
}
