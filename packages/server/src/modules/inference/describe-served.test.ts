import { join as joinPath, resolve } from 'node:path'
import { readdirSync, readFileSync } from 'node:fs'
import {
  DATASET_EXPANDABLE_KEYS,
  listModels,
  MODEL_EXPANDABLE_KEYS,
  modelInfo,
  SPACE_EXPANDABLE_KEYS,
} from '@huggingface/hub'
import { applyManifest } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

function filesOf(path: string): { path: string; base64: string }[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map((entry) => {
    const file = joinPath(entry.parentPath, entry.name)
    return { path: file.slice(path.length + 1), base64: readFileSync(file).toString('base64') }
  })
}

describe('[A1] models that can be called, in the Hub API', () => {
  let server: TestServer
  let admin: Person
  beforeAll(async () => {
    server = await startTestServer()
    admin = await joinAsAdmin(server, 'olga')
    await join(server, 'nova')
    const document = {
      repos: [
        { type: 'model', name: 'nova/tiny-llama', files: 'tiny-llama' },
        { type: 'model', name: 'nova/notes' },
        { type: 'model', name: 'nova/large' },
        { type: 'dataset', name: 'nova/rows' },
        { type: 'space', name: 'nova/app', sdk: 'static' },
      ],
      providers: [
        {
          name: 'elsewhere',
          baseUrl: 'http://127.0.0.1:9/v1',
          models: [{ id: 'nova/large', upstream: 'large-1', task: 'text-generation' }],
        },
      ],
    }
    const folders = { 'tiny-llama': filesOf(resolve('seed/models', 'tiny-llama')) }
    const documents = [{ name: 'm.json', text: JSON.stringify(document) }]
    await admin.client.call(applyManifest, { body: { documents, folders } })
    await server.settled()
  }, 60_000)
  afterAll(() => server.stop())

  const get = async (path: string) => (await fetch(server.url + path)).json() as Promise<Record<string, unknown>>
  const names = async (query: string): Promise<string[]> => {
    const found = (await (await fetch(`${server.url}/api/models?${query}`)).json()) as { id: string }[]
    return found.map(({ id }) => id).sort()
  }

  it('are described by provider in an information answer, as a list in a list', async () => {
    const own = { status: 'live', providerId: 'nova/tiny-llama', task: 'text-generation' }
    const asked = 'expand[]=inference&expand[]=inferenceProviderMapping'
    expect(await get(`/api/models/nova/tiny-llama?${asked}`)).toMatchObject({
      inference: 'warm',
      inferenceProviderMapping: { 'hf-inference': own },
    })
    expect(await get(`/api/models/nova/large?${asked}`)).toMatchObject({
      inferenceProviderMapping: { elsewhere: { status: 'live', providerId: 'large-1', task: 'text-generation' } },
    })
    const none = await get(`/api/models/nova/notes?${asked}`)
    expect([none['inference'], none['inferenceProviderMapping']]).toEqual([undefined, {}])
    const list = (await get(`/api/models?author=nova&${asked}`)) as unknown as Record<string, unknown>[]
    expect(list.find(({ id }) => id === 'nova/tiny-llama')).toMatchObject({
      inference: 'warm',
      inferenceProviderMapping: [{ provider: 'hf-inference', ...own }],
    })
    expect((await get('/api/models/nova/tiny-llama'))['inference']).toBe('warm')
  })

  it('are found by who serves them', async () => {
    expect(await names('author=nova&inference=warm')).toEqual(['nova/large', 'nova/tiny-llama'])
    expect(await names('author=nova&inference_provider=all')).toEqual(['nova/large', 'nova/tiny-llama'])
    expect(await names('author=nova&inference_provider=elsewhere')).toEqual(['nova/large'])
    expect(await names('author=nova&inference_provider=hf-inference,nobody')).toEqual(['nova/tiny-llama'])
    expect(await names('author=nova&inference=cold')).toEqual([])
  })

  it('answer to the client of JavaScript as its types say', async () => {
    const info = await modelInfo({
      name: 'nova/tiny-llama',
      hubUrl: server.url,
      additionalFields: ['inferenceProviderMapping', 'safetensors', 'tags', 'config'],
    })
    expect(info.inferenceProviderMapping).toEqual([
      {
        provider: 'hf-inference',
        hfModelId: 'nova/tiny-llama',
        providerId: 'nova/tiny-llama',
        status: 'live',
        task: 'text-generation',
      },
    ])
    const found: string[] = []
    const search = { owner: 'nova', inferenceProviders: ['hf-inference'] }
    for await (const model of listModels({ hubUrl: server.url, search })) found.push(model.name)
    expect(found).toEqual(['nova/tiny-llama'])
  })

  it('takes every name that the client of JavaScript may expand, in lists and informations', async () => {
    const kinds = [
      ['models', 'nova/tiny-llama', MODEL_EXPANDABLE_KEYS],
      ['datasets', 'nova/rows', DATASET_EXPANDABLE_KEYS],
      ['spaces', 'nova/app', SPACE_EXPANDABLE_KEYS],
    ] as const
    for (const [kind, name, keys] of kinds) {
      const query = keys.map((key) => `expand=${key}`).join('&')
      for (const path of [`/api/${kind}/${name}?${query}`, `/api/${kind}?author=nova&${query}`]) {
        expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
      }
    }
  })
})
