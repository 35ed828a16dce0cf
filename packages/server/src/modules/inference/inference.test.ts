import { readdirSync, readFileSync } from 'node:fs'
import { join as joinPath, resolve } from 'node:path'
import { applyManifest, getServing, listEndpoints } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payIn, sellModel } from '../commerce/testdata/market.js'

const ASK = { role: 'user', content: 'What is 3 plus 4?' } as const
const START_MS = 60_000

let server: TestServer
let admin: Person
let nova: Person
let sam: Person

const client = (person: Person): OpenAI =>
  new OpenAI({ apiKey: person.token, baseURL: `${server.url}/v1`, maxRetries: 0 })
const chat = (person: Person, model: string, extra: object = {}) =>
  client(person).chat.completions.create({ model, messages: [ASK], temperature: 0, ...extra })
const status = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 200,
    (error: { status?: number }) => error.status,
  )
const task = (person: Person, path: string, body: unknown): Promise<Response> =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

function folder(path: string): { path: string; base64: string }[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map((entry) => {
    const file = joinPath(entry.parentPath, entry.name)
    return { path: file.slice(path.length + 1), base64: readFileSync(file).toString('base64') }
  })
}

async function apply(document: object, folders: string[] = []): Promise<{ text: string }> {
  const sent = Object.fromEntries(folders.map((name) => [name, folder(resolve('seed/models', name))]))
  const documents = [{ name: 'm.json', text: JSON.stringify(document) }]
  return admin.client.call(applyManifest, { body: { documents, folders: sent } })
}

beforeAll(async () => {
  server = await startTestServer()
  admin = await joinAsAdmin(server, 'olga')
  nova = await join(server, 'nova')
  sam = await join(server, 'sam')
  await apply(
    {
      repos: [
        { type: 'model', name: 'nova/tiny-llama', files: 'tiny-llama' },
        { type: 'model', name: 'nova/tiny-sentiment', files: 'tiny-sentiment' },
        { type: 'model', name: 'nova/secret', private: true, files: 'tiny-llama' },
      ],
      endpoints: [{ name: 'calc', owner: 'nova', repo: 'nova/tiny-llama', revision: 'main', flavor: 'cpu-small' }],
    },
    ['tiny-llama', 'tiny-sentiment'],
  )
  await server.settled()
  await sellModel(
    server,
    { id: nova.id, name: 'nova' },
    { name: 'tiny-llama', input: '1 / 1000000', output: '4 / 1000000' },
  )
  await payIn(server, sam.id, '1.00')
}, START_MS)
afterAll(() => server.stop())

describe('a repository as a model', () => {
  it('[S5] [R3] [V1] is callable under its own name: started, answered, priced', async () => {
    const { data, response } = await chat(sam, 'nova/tiny-llama').withResponse()
    expect(data.choices[0]?.message.content).toBe('7')
    expect(data.model).toBe('nova/tiny-llama')
    expect(data.usage).toMatchObject({ prompt_tokens: 40, completion_tokens: 1 })
    expect(response.headers.get('x-stoa-cost-micros')).toBe('44')
    const serving = await sam.client.call(getServing, { params: { namespace: 'nova', name: 'tiny-llama' } })
    expect(serving).toMatchObject({ state: 'ready', runtime: 'llama', task: 'text-generation', contextTokens: 256 })
  })

  it('[S5] streams the same answer, with usage when asked', async () => {
    const stream = await client(sam).chat.completions.create({
      model: 'nova/tiny-llama',
      messages: [ASK],
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let usage: unknown
    for await (const event of stream) {
      text += event.choices[0]?.delta.content ?? ''
      usage = event.usage ?? usage
    }
    expect(text).toBe('7')
    expect(usage).toMatchObject({ prompt_tokens: 40, completion_tokens: 1 })
  })

  it('[S5] is callable pinned to a revision and under an endpoint, by its full and its bare name', async () => {
    for (const model of ['nova/tiny-llama@main', 'nova/calc', 'calc']) {
      expect((await chat(sam, model)).choices[0]?.message.content).toBe('7')
    }
    expect(await status(chat(sam, 'nova/tiny-llama@nowhere'))).toBe(404)
    const { endpoints } = await sam.client.call(listEndpoints, {})
    expect(endpoints).toMatchObject([{ owner: 'nova', name: 'calc', repo: 'nova/tiny-llama', state: 'running' }])
  })

  it('[S5] makes embeddings as the SDK asks for them', async () => {
    const { data } = await client(sam).embeddings.create({ model: 'nova/tiny-sentiment', input: ['good', 'awful'] })
    expect(data.map(({ embedding }) => embedding.length)).toEqual([16, 16])
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 4)
  })

  it('[S5] names a parameter it cannot honour', async () => {
    const error = await chat(sam, 'nova/tiny-llama', { logit_bias: { 5: 1 } }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ status: 400, param: 'logit_bias', code: 'unsupported_parameter' })
  })

  it('[S5] answers the task door in its shape, under both paths', async () => {
    const body = { inputs: 'what a awful film' }
    for (const path of [
      '/hf-inference/models/nova/tiny-sentiment/pipeline/text-classification',
      '/models/nova/tiny-sentiment',
    ]) {
      const answer = await task(sam, path, body)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-stoa-cost-micros')).toBe('0')
      expect(await answer.json()).toEqual([
        [
          { label: 'NEGATIVE', score: expect.any(Number) },
          { label: 'POSITIVE', score: expect.any(Number) },
        ],
      ])
    }
    const wrong = await task(sam, '/hf-inference/models/nova/tiny-llama/pipeline/text-classification', body)
    expect([wrong.status, Object.keys((await wrong.json()) as object)]).toEqual([
      400,
      expect.arrayContaining(['error']),
    ])
    const generated = await task(sam, '/models/nova/tiny-llama', {
      inputs: 'Ada was a ',
      parameters: { do_sample: false, max_new_tokens: 10 },
    })
    expect(await generated.json()).toEqual([{ generated_text: 'sleepy fox' }])
  })
})

describe('what is not theirs', () => {
  it('a private model is missing to others, in every door', async () => {
    expect((await chat(nova, 'nova/secret')).choices[0]?.message.content).toBe('7')
    const hidden = await chat(sam, 'nova/secret').catch((error: unknown) => error)
    const missing = await chat(sam, 'nova/absent').catch((error: unknown) => error)
    expect(hidden).toMatchObject({ status: 404, code: 'model_not_found' })
    const text = (error: unknown): string => (error as Error).message.replaceAll(/secret|absent/g, 'x')
    expect(text(hidden).split(' Did you mean')[0]).toBe(text(missing).split(' Did you mean')[0])
    expect((await task(sam, '/models/nova/secret', { inputs: 'x' })).status).toBe(404)
    expect(await status(client(sam).models.retrieve('nova/secret'))).toBe(404)
    expect(await status(sam.client.call(getServing, { params: { namespace: 'nova', name: 'secret' } }))).toBe(404)
  })

  it('lists only what the caller may read, also to the anonymous', async () => {
    const ids = async (headers: Record<string, string>): Promise<string[]> => {
      const answer = await fetch(`${server.url}/v1/models`, { headers })
      return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id)
    }
    const open = ['nova/calc', 'nova/tiny-llama', 'nova/tiny-sentiment']
    expect((await ids({})).sort()).toEqual(open)
    expect((await ids({ authorization: `Bearer ${sam.token}` })).sort()).toEqual(open)
    expect((await ids({ authorization: `Bearer ${nova.token}` })).sort()).toEqual([...open, 'nova/secret'].sort())
  })

  it('only writers read the log of a replica, only admins see the sandbox', async () => {
    const path = '/api/v1/inference/models/nova/tiny-llama/log'
    expect((await nova.ask('GET', path)).status).toBe(200)
    expect((await sam.ask('GET', path)).status).toBe(403)
    expect((await fetch(server.url + path)).status).toBe(401)
    expect((await sam.ask('GET', '/api/v1/inference/sandbox')).status).toBe(403)
    expect((await admin.ask('GET', '/api/v1/inference/sandbox')).body).toMatchObject({ level: expect.any(String) })
  })
})

it('[S5] the manifest declares providers and endpoints, twice the same', async () => {
  const document = {
    providers: [
      { name: 'lab', baseUrl: 'http://127.0.0.1:9/v1', key: 'sk-hidden', models: [{ id: 'qwen', upstream: 'Qwen/Q' }] },
    ],
    endpoints: [{ name: 'calc', owner: 'nova', repo: 'nova/tiny-llama', revision: 'main', flavor: 'cpu-medium' }],
  }
  const first = await apply(document)
  expect(first.text).toContain('provider lab')
  expect(first.text).toContain('cpu-small → cpu-medium')
  expect(first.text).not.toContain('sk-hidden')
  expect((await apply(document)).text).toContain('2 unchanged')
  expect(await status(apply({ endpoints: [{ name: 'x', owner: 'nova', repo: 'nova/none' }] }))).toBe(422)
})
