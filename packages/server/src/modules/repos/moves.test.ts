import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { promisify } from 'node:util'
import { changeListingState, createListing, createPlan } from '@stoa/contracts'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)

describe('[R1] names, owners and members', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  let eve: Person
  let seat: Person
  beforeAll(async () => {
    server = await startTestServer()
    ;[ada, bob, eve, seat] = [
      await join(server, 'ada'),
      await join(server, 'bob'),
      await join(server, 'eve'),
      await join(server, 'seat'),
    ]
    for (const name of ['acme', 'globex']) await ada.ask('POST', '/api/v1/accounts/orgs', { name, fullname: name })
    const add = (org: string, user: string, role: string) =>
      ada.ask('POST', `/api/v1/accounts/orgs/${org}/members`, { user, role })
    await add('acme', 'bob', 'read')
    await add('acme', 'seat', 'no_access')
    await add('globex', 'bob', 'read')
  })
  afterAll(() => server.stop())

  const get = (path: string, token = '', init: RequestInit = {}) =>
    fetch(server.url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
    })
  const move = (who: Person, from: string, to: string) =>
    who.ask<{ error: string }>('POST', '/api/repos/move', { fromRepo: from, toRepo: to, type: 'model' })

  describe('internal repositories', () => {
    beforeAll(async () => {
      const made = await ada.ask('POST', '/api/repos/create', { name: 'acme/inside', visibility: 'internal' })
      expect(made.status).toBe(200)
      await server.settled()
    })
    const DOORS = [
      '/api/models/acme/inside',
      '/api/models/acme/inside/tree/main',
      '/api/models/acme/inside/auth-check',
      '/acme/inside/resolve/main/.gitattributes',
      '/acme/inside.git/info/refs?service=git-upload-pack',
      '/api/models/acme/inside/xet-read-token/main',
      '/api/v1/repos/models/acme/inside/gate',
    ]
    const lists = async (token: string): Promise<boolean[]> => {
      const list = (await (await get('/api/models?author=acme', token)).json()) as { id: string }[]
      const found = await (await get('/api/quicksearch?q=inside', token)).text()
      return [list.some((one) => one.id === 'acme/inside'), found.includes('acme/inside')]
    }

    it('are read, listed and found by every member', async () => {
      for (const path of DOORS) expect([path, (await get(path, bob.token)).status]).toEqual([path, 200])
      expect(await lists(bob.token)).toEqual([true, true])
      expect((await ada.ask('GET', '/api/models/acme/inside/settings')).body).toMatchObject({
        visibility: 'internal',
        private: true,
      })
    })

    it('are missing to others, the unknown, seats without access and credentials for something else', async () => {
      const scopes = [{ entity: { type: 'org', name: 'globex' }, permissions: ['repo.content.read'] }]
      const elsewhere = await bob.newToken({ name: 'elsewhere', role: 'fineGrained', scopes })
      for (const token of [eve.token, seat.token, elsewhere, '']) {
        for (const path of DOORS) {
          const missing = await get(path.replace('inside', 'nothing'), token)
          const hidden = await get(path, token)
          expect([path, hidden.status]).toEqual([path, missing.status])
          expect([path, hidden.status]).toEqual([path, token === '' ? 401 : 404])
          expect(hidden.headers.get('x-error-code')).toBe(missing.headers.get('x-error-code'))
        }
        expect(await lists(token)).toEqual([false, false])
      }
    })

    it('are of organisations only, and become private with a person', async () => {
      const own = await ada.ask('POST', '/api/repos/create', { name: 'ada/inside', visibility: 'internal' })
      expect(own.status).toBe(400)
      await ada.ask('POST', '/api/repos/create', { name: 'ada/mine' })
      expect((await ada.ask('PUT', '/api/models/ada/mine/settings', { visibility: 'internal' })).status).toBe(400)
      const copy = await ada.ask('POST', '/api/models/acme/inside/duplicate', { repository: 'ada/copy' })
      expect(copy.status).toBe(200)
      expect((await ada.ask('GET', '/api/models/ada/copy/settings')).body).toMatchObject({ visibility: 'private' })
      await ada.ask('POST', '/api/repos/create', { name: 'acme/leaving', visibility: 'internal' })
      expect((await move(ada, 'acme/leaving', 'ada/left')).status).toBe(200)
      expect((await ada.ask('GET', '/api/models/ada/left/settings')).body).toMatchObject({ visibility: 'private' })
      expect((await get('/api/models/ada/left', bob.token)).status).toBe(404)
    })
  })

  describe('moves', () => {
    it('need administration here and the right to make repositories there', async () => {
      await ada.ask('POST', '/api/repos/create', { name: 'acme/stays' })
      for (const [who, from, to] of [
        [bob, 'acme/stays', 'acme/renamed'],
        [bob, 'acme/stays', 'bob/taken'],
        [eve, 'acme/stays', 'eve/taken'],
        [ada, 'acme/stays', 'eve/gift'],
      ] as const) {
        const answer = await move(who, from, to)
        expect([from, to, answer.status, answer.headers.get('x-error-code')]).toEqual([from, to, 403, 'Forbidden'])
      }
      const reading = await ada.newToken({ name: 'reading', role: 'read' })
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ fromRepo: 'acme/stays', toRepo: 'ada/x' }),
      }
      expect((await get('/api/repos/move', reading, init)).headers.get('x-error-code')).toBe('InsufficientScope')
      expect((await get('/api/repos/move', '', init)).status).toBe(401)
    })

    it('lead every door from the old name to the new one, and hide what is hidden', async () => {
      await ada.ask('POST', '/api/repos/create', { name: 'acme/old' })
      expect((await move(ada, 'acme/old', 'globex/new')).status).toBe(200)
      for (const [method, path] of [
        ['GET', '/api/models/acme/old'],
        ['GET', '/api/models/acme/old/revision/main'],
        ['GET', '/api/models/acme/old/tree/main?recursive=true'],
        ['GET', '/api/models/acme/old/refs'],
        ['GET', '/api/models/acme/old/commits/main'],
        ['GET', '/api/models/acme/old/auth-check'],
        ['GET', '/acme/old/resolve/main/.gitattributes'],
        ['HEAD', '/acme/old/resolve/main/.gitattributes'],
        ['GET', '/acme/old/raw/main/.gitattributes'],
        ['GET', '/api/resolve-cache/models/acme/old/main/.gitattributes'],
        ['GET', '/acme/old.git/info/lfs/locks'],
      ] as const) {
        const answer = await get(path, bob.token, { method })
        const to = path.replace('acme/old.git', 'globex/new').replace('acme/old', 'globex/new')
        expect([method, path, answer.status, answer.headers.get('location')]).toEqual([method, path, 307, to])
      }
      const lfs = { 'content-type': 'application/vnd.git-lfs+json' }
      const batch = { method: 'POST', headers: lfs, body: '{"operation":"download","objects":[]}' }
      for (const [path, init] of [
        ['/acme/old.git/info/lfs/objects/batch', batch],
        ['/acme/old.git/info/refs?service=git-upload-pack', {}],
        ['/api/models/acme/old/xet-read-token/main', {}],
      ] as const) {
        expect([path, (await get(path, bob.token, init)).status]).toEqual([path, 200])
      }
      await ada.ask('PUT', '/api/models/globex/new/settings', { private: true })
      const missing = await get('/api/models/acme/nothing', eve.token)
      const hidden = await get('/api/models/acme/old', eve.token)
      expect([hidden.status, hidden.headers.get('location')]).toEqual([missing.status, null])
    })

    it('are followed by git', async () => {
      await ada.ask('POST', '/api/repos/create', { name: 'acme/cloned' })
      await move(ada, 'acme/cloned', 'acme/cloned-now')
      const folder = mkdtempSync(joinPath(tmpdir(), 'stoa-move-'))
      const url = `${server.url.replace('//', `//ada:${ada.token}@`)}/acme/cloned`
      const { stderr } = await run('git', ['clone', '-q', url, joinPath(folder, 'c')], {
        env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
      })
      rmSync(folder, { recursive: true, force: true })
      expect(stderr).not.toMatch(/fatal/)
    })
  })

  it('[M3] what is being sold is neither deleted nor given away; a new name is no harm', async () => {
    await ada.ask('POST', '/api/repos/create', { name: 'ada/goods' })
    const components = [{ kind: 'tokens' as const, rates: { input: '0.15 / 1000000', output: '0.60 / 1000000' } }]
    const terms = { currency: 'USD', funding: 'prepaid' as const, components }
    await ada.client.call(createPlan, { body: { owner: 'ada', key: 'tokens', ...terms } })
    const draft = await ada.client.call(createListing, {
      body: { slug: 'ada/goods', seller: 'ada', resource: 'repo:ada/goods', plan: 'tokens', title: 'Goods' },
    })
    const setState = (state: 'published' | 'paused') =>
      ada.client.call(changeListingState, { params: { listingId: draft.id }, body: { state } })
    await setState('published')
    const remove = (name: string) => ada.ask<{ error: string }>('DELETE', '/api/repos/delete', { name })
    for (const answer of [await remove('ada/goods'), await move(ada, 'ada/goods', 'acme/goods')]) {
      expect([answer.status, answer.headers.get('x-error-code')]).toEqual([409, 'LiveOffer'])
    }
    expect((await move(ada, 'ada/goods', 'ada/wares')).status).toBe(200)
    await server.settled()
    expect((await remove('ada/wares')).status).toBe(409)
    await setState('paused')
    expect((await remove('ada/wares')).status).toBe(200)
  })
})
