import { join, openXet, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const HASH = 'ab'.repeat(32)
const JSON_TYPE = { 'content-type': 'application/json' }
const LFS_TYPE = { 'content-type': 'application/vnd.git-lfs+json' }

interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** What goes wrong before a handler is asked, and after, at every family of doors a Hub client knows. */
const CASES: readonly (readonly [string, string, Sent, number])[] = [
  ['an address of the API that is not there', '/api/nothing/here', {}, 404],
  ['a verb that is not taken', '/api/models/ada/demo', { method: 'PATCH' }, 404],
  ['a body that is no JSON', '/api/repos/create', { method: 'POST', headers: JSON_TYPE, body: '{"name":' }, 400],
  [
    'a body of another type',
    '/api/repos/create',
    { method: 'POST', headers: { 'content-type': 'a/b' }, body: 'x' },
    400,
  ],
  [
    'a body that is too large',
    '/api/models/ada/demo/settings',
    { method: 'PUT', headers: JSON_TYPE, body: `{"gated":"${'x'.repeat(1 << 21)}"}` },
    413,
  ],
  ['a field that is missing', '/api/repos/create', { method: 'POST', headers: JSON_TYPE, body: '{}' }, 400],
  ['a list that cannot be', '/api/models?limit=-1', {}, 400],
  ['a token that is none', '/api/models', { headers: { authorization: 'Bearer hf_nobody' } }, 401],
  ['whoami without a token', '/api/whoami-v2', { headers: { authorization: '' } }, 401],
  ['a repository that is not there', '/api/datasets/ada/none', {}, 404],
  ['a revision that is not there', '/api/models/ada/demo/revision/none', {}, 404],
  ['an entry that is not there', '/ada/demo/resolve/main/none.txt', {}, 404],
  ['a raw entry that is not there', '/ada/demo/raw/main/none.txt', {}, 404],
  ['a folder that is not there', '/api/models/ada/demo/tree/main/none', {}, 404],
  ['a comparison with nothing', '/api/models/ada/demo/compare/main..none', {}, 404],
  [
    'a commit that cannot be read',
    '/api/models/ada/demo/commit/main',
    { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: 'no' },
    400,
  ],
  ['a range behind the end', '/ada/demo/resolve/main/.gitattributes', { headers: { range: 'bytes=9999999-' } }, 416],
  [
    'a batch that cannot be read',
    '/ada/demo.git/info/lfs/objects/batch',
    { method: 'POST', headers: LFS_TYPE, body: '{' },
    400,
  ],
  [
    'large files of nothing',
    '/ada/none.git/info/lfs/objects/batch',
    { method: 'POST', headers: LFS_TYPE, body: '{"operation":"download","objects":[]}' },
    404,
  ],
  ['git of nothing', '/ada/none.git/info/refs?service=git-upload-pack', {}, 404],
  ['git that is not spoken', '/ada/demo.git/info/refs?service=git-nothing', {}, 400],
  ['a bucket that is not there', '/api/buckets/ada/none', {}, 404],
  ['a discussion that is not there', '/api/models/ada/demo/discussions/9', {}, 404],
  [
    'a card that is no question',
    '/api/validate-yaml',
    { method: 'POST', headers: JSON_TYPE, body: '{"content":1}' },
    400,
  ],
]

describe('[C1] every refusal carries its code where the Hub clients read it', () => {
  let server: TestServer
  let ada: Person
  beforeAll(async () => {
    server = await startTestServer()
    ada = await join(server, 'ada')
    await ada.ask('POST', '/api/repos/create', { name: 'demo', files: [] })
    await ada.ask('POST', '/api/repos/create', { name: 'full', files: [{ path: 'a.txt', content: 'a' }] })
  })
  afterAll(() => server.stop())

  it.each(CASES)('%s', async (_title, path, { method = 'GET', headers = {}, body }, status) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${ada.token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const code = answer.headers.get('x-error-code')
    expect([answer.status, code]).toEqual([status, expect.stringMatching(/^[A-Z]\w+$/)])
    expect(answer.headers.get('x-error-message')).toMatch(/\S/)
  })

  it('the Xet store: what it does not offer is a 404 with a code, what it does not need is taken at once', async () => {
    const { casUrl, authorization } = await openXet(server.url, ada.token, 'models/ada/demo')
    const missing: readonly (readonly [string, string])[] = [
      ['POST', `/v1/xorb-grants/default/${HASH}`],
      ['POST', `/v1/xorb-commits/default/${HASH}/grant/x`],
      ['POST', '/v2/shards'],
      ['GET', `/v2/file-chunk-hashes/${HASH}`],
      ['GET', `/v1/reconstructions/${HASH}`],
      ['GET', `/v2/reconstructions/${HASH}`],
      ['GET', `/v1/chunks/default-merkledb/${HASH}`],
    ]
    for (const [method, path] of missing) {
      const body = method === 'POST' ? { body: JSON.stringify({ length: 1 }) } : {}
      const answer = await fetch(casUrl + path, { method, headers: { authorization, ...JSON_TYPE }, ...body })
      expect([path, answer.status]).toEqual([path, 404])
      expect(answer.headers.get('x-error-code'), path).toMatch(/^[A-Z]\w+$/)
    }
    // A client drops the path of the store's address here, and waits for the answer.
    for (const url of [`${server.url}/v1/telemetry`, `${casUrl}/v1/telemetry`]) {
      const body = JSON.stringify({ event: 'xet_upload_summary', metrics: {} })
      const answer = await fetch(url, { method: 'POST', body, headers: JSON_TYPE })
      expect([url, answer.status]).toEqual([url, 200])
    }
  })
})
