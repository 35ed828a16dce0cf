import { commit, createRepo } from '@huggingface/hub'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A GGUF file that announces more entries, text or dimensions than it has. */
const gguf = (...words: number[]): Uint8Array => {
  const bytes = Buffer.alloc(4 + words.length * 8)
  bytes.write('GGUF')
  for (const [at, word] of words.entries()) bytes.writeBigUInt64LE(BigInt(word), 4 + at * 8)
  return bytes
}
const safetensors = (header: string, lengthBytes = header.length): Uint8Array => {
  const bytes = Buffer.alloc(8 + header.length)
  bytes.writeBigUInt64LE(BigInt(lengthBytes), 0)
  bytes.write(header, 8)
  return bytes
}

const REPOS: Record<string, Record<string, Uint8Array | string>> = {
  'yaml-bomb': {
    'README.md': `---\na: &a [x,x,x,x]\n${Array.from({ length: 40 }, (_, n) => `b${n}: [${'*a,'.repeat(40)}]`).join('\n')}\n---\ntext`,
  },
  'deep-yaml': { 'README.md': `---\n${'['.repeat(100_000)}\n---\ntext` },
  'many-keys': {
    'README.md': `---\n${Array.from({ length: 15_000 }, (_, n) => `k${n}: 1`).join('\n')}\nlicense: mit\n---\ntext`,
  },
  'slow-markdown': { 'README.md': `---\nlicense: mit\n---\n${'*a_'.repeat(30_000)}` },
  'deep-json': {
    'config.json': `{"architectures":${'['.repeat(200_000)}`,
    'tokenizer_config.json': '{"chat_template":{"a":[[[]]]}}',
  },
  'bad-safetensors': {
    'model.safetensors': safetensors('{"a":{"dtype":"F32","shape":[1e308,1e308],"data_offsets":[0,4]}}'),
  },
  'long-safetensors': { 'model.safetensors': safetensors('{}', 2 ** 52) },
  'bad-index': { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: '../../../../etc/passwd' } }) },
  'bad-gguf': { 'model.gguf': gguf(3, 2 ** 40, 2 ** 40) },
  'long-gguf': {
    'model.gguf': Buffer.concat([
      Buffer.from('GGUF'),
      Buffer.from([3, 0, 0, 0]),
      Buffer.alloc(8),
      Buffer.from([255, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.alloc(64, 0xff),
    ]),
  },
  'bad-onnx': { 'model.onnx': Buffer.alloc(100_000, 0xff) },
  'binary-card': { 'README.md': Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x0a, 0x2d, 0x2d, 0x2d]) },
}

describe('hostile files in a repository', () => {
  let server: TestServer
  let mallory: Person
  beforeAll(async () => {
    server = await startTestServer()
    mallory = await join(server, 'mallory')
  })
  afterAll(() => server.stop())

  for (const [name, files] of Object.entries(REPOS)) {
    it(`[M1] lists, describes and shows ${name} without harm`, async () => {
      const credentials = { hubUrl: server.url, accessToken: mallory.token }
      await createRepo({ ...credentials, repo: `mallory/${name}` })
      const operations = Object.entries(files).map(([path, content]) => ({
        operation: 'addOrUpdate' as const,
        path,
        content: new Blob([typeof content === 'string' ? content : Uint8Array.from(content)]),
      }))
      // A card that breaks the rules is refused when it is committed; what matters here is that nothing hangs or falls over.
      await commit({ ...credentials, repo: `mallory/${name}`, title: 'x', useXet: false, operations }).catch(() => {})
      await server.settled()
      const started = performance.now()
      const list = (await (await fetch(`${server.url}/api/models?author=mallory&full=true&config=true`)).json()) as {
        id: string
      }[]
      expect(list.map((item) => item.id)).toContain(`mallory/${name}`)
      for (const path of [
        `/api/models/mallory/${name}?securityStatus=true`,
        `/api/v1/catalog/card/model/mallory/${name}`,
      ]) {
        const answer = await fetch(server.url + path)
        expect([answer.status, answer.headers.get('content-type')?.includes('json')], path).toEqual([200, true])
      }
      expect(performance.now() - started).toBeLessThan(25_000)
    })
  }
})
