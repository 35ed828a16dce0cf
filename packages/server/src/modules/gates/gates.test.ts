import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Listed {
  readonly requestId: string
  readonly status: string
  readonly user?: { user: string; email?: string }
  readonly fields?: Record<string, unknown>
}

const CARD = `---
extra_gated_fields:
  Affiliation: text
  I agree: checkbox
---
# Gated
`
const base = '/api/models/ada/gated/user-access-request'

describe('[R1] gated repositories', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  let eve: Person
  beforeAll(async () => {
    server = await startTestServer()
    ;[ada, bob, eve] = [await join(server, 'ada'), await join(server, 'bob'), await join(server, 'eve')]
    const files = [{ path: 'README.md', content: CARD }]
    await ada.ask('POST', '/api/repos/create', { name: 'gated', files })
    await ada.ask('PUT', '/api/models/ada/gated/settings', { gated: 'manual' })
  })
  afterAll(() => server.stop())

  const get = (path: string, token = '', init: RequestInit = {}) =>
    fetch(server.url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
    })
  const list = async (status: string, query = ''): Promise<Listed[]> =>
    (await ada.ask<Listed[]>('GET', `${base}/${status}${query}`)).body
  const file = '/ada/gated/resolve/main/README.md'
  const answers = { Affiliation: 'Uni', 'I agree': 'on' }

  it('shows what is public and refuses files as the clients expect', async () => {
    const info = await get('/api/models/ada/gated')
    expect(await info.json()).toMatchObject({ id: 'ada/gated', gated: 'manual', private: false })
    for (const [token, status] of [
      ['', 401],
      [bob.token, 403],
    ] as const) {
      const refused = await get(file, token)
      expect([refused.status, refused.headers.get('x-error-code')]).toEqual([status, 'GatedRepo'])
      expect(refused.headers.get('x-error-message')).toMatch(
        /^Access to model ada\/gated is restricted and you are not in the authorized list/,
      )
    }
    expect((await get(file, ada.token)).status).toBe(200)
  })

  it('takes a filled form, lists it for the owner, and opens every door once accepted', async () => {
    const ask = (body: string) =>
      get('/ada/gated/ask-access', bob.token, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    const empty = await ask('Affiliation=Uni')
    expect([empty.status, await empty.json()]).toMatchObject([400, { error: '"I agree" must be ticked.' }])
    const asked = await ask(new URLSearchParams(answers).toString())
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/ada/gated'])
    expect((await get(file, bob.token)).status).toBe(403)
    const [pending] = await list('pending')
    expect(pending).toMatchObject({ status: 'pending', user: { user: 'bob' }, fields: { Affiliation: 'Uni' } })
    expect(pending?.requestId).toMatch(/^[0-9a-f]{24}$/)

    const accept = { requestId: pending?.requestId, status: 'accepted' }
    expect((await ada.ask('POST', `${base}/handle`, accept)).status).toBe(200)
    expect((await ada.ask('POST', `${base}/handle`, accept)).status).toBe(404)
    for (const path of [
      file,
      '/ada/gated/raw/main/README.md',
      '/api/models/ada/gated/tree/main',
      '/api/models/ada/gated/auth-check',
      '/api/models/ada/gated/xet-read-token/main',
      '/ada/gated.git/info/refs?service=git-upload-pack',
    ]) {
      expect([path, (await get(path, bob.token)).status]).toEqual([path, 200])
      expect([path, (await get(path, eve.token)).headers.get('x-error-code')]).toEqual([path, 'GatedRepo'])
    }
    const batch = { method: 'POST', body: '{"operation":"download","objects":[]}' }
    const headers = { 'content-type': 'application/vnd.git-lfs+json' }
    const lfs = '/ada/gated.git/info/lfs/objects/batch'
    expect((await get(lfs, bob.token, { ...batch, headers })).status).toBe(200)
    expect((await get(lfs, eve.token, { ...batch, headers })).headers.get('x-error-code')).toBe('GatedRepo')
  })

  it('brings a grant along only with tokens that name the repository', async () => {
    const scoped = (name: string) => [{ entity: { type: 'model', name }, permissions: ['repo.content.read'] }]
    const other = await bob.newToken({ name: 'other', role: 'fineGrained', scopes: scoped('ada/other') })
    const named = await bob.newToken({ name: 'named', role: 'fineGrained', scopes: scoped('ada/gated') })
    const reading = await bob.newToken({ name: 'reading', role: 'read' })
    expect((await get(file, other)).headers.get('x-error-code')).toBe('GatedRepo')
    expect((await get(file, named)).status).toBe(200)
    expect((await get(file, reading)).status).toBe(200)
  })

  it('takes access away at once, with a reason, and gives it back', async () => {
    const decide = (status: string, more = {}) => ada.ask('POST', `${base}/handle`, { user: 'bob', status, ...more })
    expect((await decide('rejected', { rejectionReason: 'Wrong use' })).status).toBe(200)
    expect((await get(file, bob.token)).status).toBe(403)
    const again = await bob.ask<{ error: string }>('POST', '/ada/gated/ask-access', answers)
    expect(again).toMatchObject({ status: 403, body: { error: expect.stringContaining('Wrong use') } })
    const withdrawn = await bob.ask('POST', `${base}/cancel`)
    expect(withdrawn.status).toBe(404)
    expect((await decide('pending')).status).toBe(200)
    expect((await get(file, bob.token)).status).toBe(403)
    expect((await decide('accepted')).status).toBe(200)
    expect((await get(file, bob.token)).status).toBe(200)
  })

  it('lets in whom the owner names, without their address', async () => {
    expect((await ada.ask('POST', `${base}/grant`, { user: 'eve' })).body).toEqual({ success: true })
    expect((await ada.ask('POST', `${base}/grant`, { user: 'eve' })).status).toBe(400)
    expect((await ada.ask('POST', `${base}/grant`, { user: 'ada' })).status).toBe(400)
    expect((await ada.ask('POST', `${base}/grant`, { user: 'nobody' })).status).toBe(404)
    expect((await get(file, eve.token)).status).toBe(200)
    const granted = (await list('accepted')).find((one) => one.user?.user === 'eve')
    expect(granted).toMatchObject({ status: 'accepted', grantedBy: { user: 'ada' } })
    expect(granted?.user).not.toHaveProperty('email')
    expect((await eve.ask('POST', `${base}/cancel`)).status).toBe(200)
    expect((await get(file, eve.token)).status).toBe(403)
  })

  it('pages the list and decides in batches', async () => {
    const more = await Promise.all(['p1', 'p2', 'p3'].map((name) => join(server, name)))
    for (const one of more) await one.ask('POST', '/ada/gated/ask-access', answers)
    const first = await ada.ask<Listed[]>('GET', `${base}/pending?limit=2`)
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await ada.ask<Listed[]>('GET', next.slice(server.url.length))
    const names = [...first.body, ...second.body].map((one) => one.user?.user)
    expect([...names].sort()).toEqual(['p1', 'p2', 'p3'])
    const batch = { status: 'accepted', requests: [{ user: 'p1' }, { user: 'nobody' }, { userId: ada.id }] }
    expect((await ada.ask('POST', `${base}/batch`, batch)).body).toEqual([
      { user: 'p1', ok: true },
      { user: 'nobody', ok: false, error: 'user_not_found' },
      { userId: ada.id, ok: false, error: 'request_not_found' },
    ])
    const report = await get('/ada/gated/user-access-report', ada.token)
    expect(report.headers.get('content-disposition')).toContain('attachment')
    expect((await report.text()).split('\r\n')[0]).toBe(
      'user,fullname,email,status,timestamp,reviewedAt,rejectionReason,fields',
    )
    const json = await get('/ada/gated/user-access-report?format=json', ada.token)
    expect(((await json.json()) as Listed[]).length).toBe(4)
  })

  it('lets everybody who asks in where the gate is automatic, and nobody manage one that is not there', async () => {
    await ada.ask('PUT', '/api/models/ada/gated/settings', { gated: 'auto' })
    const zoe = await join(server, 'zoe')
    const asked = await get('/ada/gated/ask-access', zoe.token, {
      method: 'POST',
      body: JSON.stringify(answers),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    })
    expect(await asked.json()).toEqual({ status: 'accepted' })
    expect((await get(file, zoe.token)).status).toBe(200)
    const gate = (await zoe.ask('GET', '/api/v1/repos/models/ada/gated/gate')).body
    expect(gate).toMatchObject({ gated: 'auto', canPass: true, mine: { status: 'accepted' }, counts: null })
    expect((await ada.ask('GET', '/api/v1/repos/models/ada/gated/gate')).body).toMatchObject({ counts: { pending: 2 } })
    expect((await zoe.ask('GET', '/api/v1/accounts/me/access-requests')).body).toMatchObject([
      { repo: { type: 'model', name: 'ada/gated' }, status: 'accepted' },
    ])
    await ada.ask('POST', '/api/repos/create', { name: 'open' })
    for (const [method, path, body] of [
      ['GET', 'user-access-request/pending', undefined],
      ['POST', 'user-access-request/grant', { user: 'bob' }],
      ['POST', 'user-access-request/handle', { user: 'bob', status: 'accepted' }],
    ] as const) {
      const answer = await ada.ask(method, `/api/models/ada/open/${path}`, body)
      expect([answer.status, answer.headers.get('x-error-code')]).toEqual([400, 'NotGated'])
    }
    await ada.ask('PUT', '/api/models/ada/gated/settings', { private: true })
    expect((await zoe.ask('GET', '/api/v1/accounts/me/access-requests')).body).toEqual([])
    expect((await zoe.ask('GET', '/api/v1/repos/models/ada/gated/gate')).status).toBe(404)
    expect((await get(file, zoe.token)).headers.get('x-error-code')).toBe('RepoNotFound')
  })
})
