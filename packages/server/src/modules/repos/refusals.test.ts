import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Case {
  readonly method: string
  /** `ID` is the repository's full name. */
  readonly path: string
  readonly body?: object
  readonly needs: 'read' | 'write' | 'admin'
  /** Open to a signed-in reader with a writing token. */
  readonly isProposal?: boolean
}

const HASH = 'a'.repeat(64)
const NDJSON = { key: 'header', value: { summary: 's' } }
const UPLOAD = { operation: 'upload', transfers: ['basic'], objects: [{ oid: HASH, size: 1 }] }

/** Every door to one repository that this module answers. */
const CASES: readonly Case[] = [
  { method: 'GET', path: '/api/models/ID/settings', needs: 'admin' },
  { method: 'PUT', path: '/api/models/ID/settings', body: { gated: 'auto' }, needs: 'admin' },
  { method: 'GET', path: '/api/models/ID/auth-check', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/auth-check/write', needs: 'write' },
  { method: 'DELETE', path: '/api/repos/delete', body: { name: 'ID' }, needs: 'admin' },
  { method: 'POST', path: '/api/repos/move', body: { fromRepo: 'ID', toRepo: 'bob/taken-over' }, needs: 'admin' },
  { method: 'POST', path: '/api/models/ID/super-squash/main', body: {}, needs: 'admin' },
  { method: 'POST', path: '/api/models/ID/preupload/main', body: { files: [] }, needs: 'write' },
  { method: 'POST', path: '/api/models/ID/commit/main', body: { summary: 's' }, needs: 'write' },
  { method: 'POST', path: '/api/models/ID/branch/x', body: {}, needs: 'write' },
  { method: 'DELETE', path: '/api/models/ID/branch/x', needs: 'write' },
  { method: 'POST', path: '/api/models/ID/tag/main', body: { tag: 'v' }, needs: 'write' },
  { method: 'DELETE', path: '/api/models/ID/tag/v', needs: 'write' },
  { method: 'GET', path: '/api/models/ID/lfs-files', needs: 'write' },
  { method: 'POST', path: '/api/models/ID/lfs-files/batch', body: { deletions: { sha: [] } }, needs: 'admin' },
  { method: 'DELETE', path: `/api/models/ID/lfs-files/${HASH}`, needs: 'admin' },
  {
    method: 'POST',
    path: '/api/models/ID/lfs-files/duplicate',
    body: { target: { type: 'model', name: 'ID' }, files: [] },
    needs: 'write',
  },
  { method: 'POST', path: '/ID.git/info/lfs/locks', body: { path: 'a' }, needs: 'write' },
  { method: 'POST', path: '/ID.git/info/lfs/locks/verify', body: {}, needs: 'write' },
  { method: 'POST', path: '/ID.git/info/lfs/locks/x/unlock', body: {}, needs: 'write' },
  { method: 'GET', path: '/api/models/ID/xet-write-token/main', needs: 'write' },
  { method: 'GET', path: '/api/models/ID/xet-write-token/main?create_pr=1', needs: 'read', isProposal: true },
  { method: 'GET', path: '/api/models/ID/xet-read-token/main', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/tree/main', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/tree/main/dir', needs: 'read' },
  { method: 'POST', path: '/api/models/ID/paths-info/main', body: { paths: ['a'] }, needs: 'read' },
  { method: 'GET', path: '/api/models/ID/treesize/main', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/treesize/main/dir', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/commits/main', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/compare/main..main', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/refs', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/discussions', needs: 'read' },
  { method: 'GET', path: '/api/models/ID/discussions/1', needs: 'read' },
  { method: 'GET', path: '/ID/resolve/main/.gitattributes', needs: 'read' },
  { method: 'HEAD', path: '/ID/resolve/main/.gitattributes', needs: 'read' },
  { method: 'GET', path: '/ID/raw/main/.gitattributes', needs: 'read' },
  { method: 'GET', path: '/api/resolve-cache/models/ID/main/.gitattributes', needs: 'read' },
  { method: 'GET', path: '/ID.git/info/lfs/locks', needs: 'read' },
  { method: 'POST', path: '/ID.git/info/lfs/objects/batch', body: { ...UPLOAD, operation: 'download' }, needs: 'read' },
  { method: 'POST', path: '/ID/info/lfs/objects/batch', body: UPLOAD, needs: 'write', isProposal: true },
  { method: 'POST', path: '/ID.git/info/lfs/verify', body: { oid: HASH, size: 1 }, needs: 'write', isProposal: true },
  { method: 'POST', path: '/api/models/ID/duplicate', body: { repository: 'ID' }, needs: 'read', isProposal: true },
  { method: 'POST', path: '/api/models/ID/discussions', body: { title: 'hello' }, needs: 'read', isProposal: true },
  { method: 'GET', path: '/api/models/ID/user-access-request/pending', needs: 'write' },
  {
    method: 'POST',
    path: '/api/models/ID/user-access-request/handle',
    body: { user: 'bob', status: 'accepted' },
    needs: 'write',
  },
  { method: 'POST', path: '/api/models/ID/user-access-request/grant', body: { user: 'bob' }, needs: 'write' },
  {
    method: 'POST',
    path: '/api/models/ID/user-access-request/batch',
    body: { status: 'accepted', requests: [{ user: 'bob' }] },
    needs: 'write',
  },
  { method: 'GET', path: '/ID/user-access-report', needs: 'write' },
  { method: 'POST', path: '/api/models/ID/user-access-request/cancel', body: {}, needs: 'read', isProposal: true },
  { method: 'POST', path: '/ID/ask-access', body: {}, needs: 'read', isProposal: true },
  { method: 'GET', path: '/api/models/ID/resource-group', needs: 'write' },
  { method: 'POST', path: '/api/models/ID/resource-group', body: { resourceGroupId: null }, needs: 'admin' },
  ...(
    [
      ['comment', { comment: 'hello' }],
      [`comment/${'0'.repeat(24)}/edit`, { content: 'hello' }],
      [`comment/${'0'.repeat(24)}/hide`, {}],
      ['status', { status: 'closed' }],
      ['title', { title: 'hello' }],
      ['merge', {}],
    ] as const
  ).map(([what, body]) => ({
    method: 'POST',
    path: `/api/models/ID/discussions/1/${what}`,
    body,
    needs: 'read' as const,
    isProposal: true,
  })),
  { method: 'POST', path: '/api/models/ID/commit/main?create_pr=1', body: NDJSON, needs: 'read', isProposal: true },
]

describe('[R1] refusals of repositories', () => {
  let server: TestServer
  let ada: Person
  let bob: Person
  const tokens: Record<string, string> = {}
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    bob = await join(server, 'bob')
    for (const [name, isPrivate] of [
      ['secret', true],
      ['open', false],
    ] as const) {
      await ada.ask('POST', '/api/repos/create', { name, private: isPrivate })
    }
    const scopes = [{ entity: { type: 'model', name: 'ada/other' }, permissions: ['repo.write'] }]
    tokens['ada'] = ada.token
    tokens['bob'] = bob.token
    tokens['read'] = await ada.newToken({ name: 'read', role: 'read' })
    tokens['elsewhere'] = await ada.newToken({ name: 'elsewhere', role: 'fineGrained', scopes })
    tokens['none'] = ''
  })
  afterAll(() => server.stop())

  const send = async (one: Case, who: string, id: string): Promise<{ status: number; code: string | null }> => {
    const text = one.body === undefined ? undefined : JSON.stringify(one.body).replaceAll('"ID"', `"${id}"`)
    const answer = await fetch(server.url + one.path.replace('ID', id), {
      method: one.method,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(tokens[who] ? { authorization: `Bearer ${tokens[who]}` } : {}),
      },
      ...(text === undefined ? {} : { body: text }),
    })
    await answer.text()
    return { status: answer.status, code: answer.headers.get('x-error-code') }
  }
  const title = (one: Case): string => `${one.method} ${one.path}`

  it.each(CASES.map((one) => [title(one), one] as const))('hides a private repository: %s', async (_title, one) => {
    const missing = await send(one, 'bob', 'ada/not-there')
    expect(await send(one, 'bob', 'ada/secret')).toEqual(missing)
    expect(missing).toEqual({ status: 404, code: 'RepoNotFound' })
    const unknown = await send(one, 'none', 'ada/secret')
    expect(unknown).toEqual(await send(one, 'none', 'ada/not-there'))
    expect(unknown.status).toBe(401)
    const elsewhere = await send(one, 'elsewhere', 'ada/secret')
    expect(elsewhere).toEqual({ status: 404, code: 'RepoNotFound' })
  })

  it.each(CASES.filter((one) => one.needs !== 'read').map((one) => [title(one), one] as const))(
    'refuses changes to a public one: %s',
    async (_title, one) => {
      if (!one.isProposal) expect(await send(one, 'bob', 'ada/open')).toEqual({ status: 403, code: 'Forbidden' })
      expect((await send(one, 'none', 'ada/open')).status).toBe(401)
      expect(await send(one, 'read', 'ada/open')).toEqual({ status: 403, code: 'InsufficientScope' })
    },
  )

  it.each(CASES.filter((one) => one.needs === 'read' && !one.isProposal).map((one) => [title(one), one] as const))(
    'lets everybody read a public one: %s',
    async (_title, one) => {
      for (const who of ['none', 'bob', 'read', 'elsewhere']) {
        const { code } = await send(one, who, 'ada/open')
        expect(['RepoNotFound', 'Forbidden', 'Unauthorized', 'InsufficientScope']).not.toContain(code)
      }
    },
  )

  it('covers every route of a repository', () => {
    const known = CASES.map((one) => one.path.split('?')[0] as string)
    const isCovered = (path: string): boolean => {
      const pattern = path
        .replace('/:namespace/:name', '/ID')
        .replace('/:namespace/:repo', '/ID(?:\\.git)?')
        .replace(/^\/(datasets|spaces|kernels)/, '')
        .replace('/:kind', '/models')
        .replace(/\/:\w+/g, '/[^/]+')
        .replace('*', '.+')
      return known.some((one) => new RegExp(`^${pattern}$`).test(one))
    }
    const doors = server.running.app.http.routes().filter((route) => /:namespace\/:(name|repo)/.test(route.path))
    const ours = doors.filter((route) =>
      /^(hub\.(repos|commit|tree|commits|compare|refs|lfs-files|discussions|resolve|raw|xet)|lfs)\b/.test(route.id),
    )
    expect(ours.length).toBeGreaterThan(60)
    // The second form of a route takes revisions with raw slashes and shares its handler.
    const raw = /\/:(rev)\/\*$/
    expect(ours.filter((route) => !isCovered(route.path) && !raw.test(route.path)).map((route) => route.path)).toEqual(
      [],
    )
  })

  it('creates nothing for others', async () => {
    const create = {
      method: 'POST',
      path: '/api/repos/create',
      body: { name: 'ada/mine-now' },
      needs: 'write',
    } as const
    expect(await send(create, 'bob', '')).toEqual({ status: 403, code: 'Forbidden' })
    expect((await send(create, 'none', '')).status).toBe(401)
    expect(await send(create, 'read', '')).toEqual({ status: 403, code: 'InsufficientScope' })
    expect(await send(create, 'elsewhere', '')).toEqual({ status: 403, code: 'Forbidden' })
    for (const name of ['ada/a b', 'ada/-a', 'ada/a.git', 'ada/a/b', '/x', 'ada/..']) {
      expect((await send({ ...create, body: { name } }, 'ada', '')).status).toBe(400)
    }
    const existing = await ada.ask<{ url: string }>('POST', '/api/repos/create', { name: 'Open' })
    expect(existing.status).toBe(409)
    expect(existing.body.url).toBe(`${server.url}/ada/Open`)
  })
})
