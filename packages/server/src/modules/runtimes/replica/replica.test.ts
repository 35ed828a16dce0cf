import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, type Replica, type Sandbox } from '../sandbox/sandbox.js'
import type { RuntimeKind } from './port.js'

const MIB = 1024 * 1024
const ASK = { role: 'user', content: 'What is 3 plus 4?' }

interface Reply {
  readonly status: number
  readonly json: Record<string, unknown>
  readonly text: string
}

let sandbox: Sandbox
let llama: Replica
let onnx: Replica
const pools = new Map<Replica, Pool>()

const startModel = (runtime: RuntimeKind, dir: string, modelFile: string): Promise<Replica> =>
  sandbox.start({
    id: dir,
    memoryBytes: 800 * MIB,
    startTimeoutMs: 30_000,
    spec: {
      runtime,
      modelDir: resolve('seed/models', dir),
      modelFile,
      deploymentId: 'dep_1',
      threads: 1,
      sequences: 4,
      contextTokens: 4_096,
    },
  })

async function post(replica: Replica, path: string, body: unknown): Promise<Reply> {
  const pool = pools.get(replica) as Pool
  const { statusCode, body: stream } = await pool.request({ path, method: 'POST', body: JSON.stringify(body) })
  const text = await stream.text()
  return {
    status: statusCode,
    text,
    json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {},
  }
}

const chat = (extra: Record<string, unknown> = {}): Promise<Reply> =>
  post(llama, '/v1/chat/completions', { model: 'acme/tiny', messages: [ASK], temperature: 0, ...extra })

const events = (text: string): Record<string, unknown>[] =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice('data: '.length)))

beforeAll(async () => {
  sandbox = createSandbox()
  llama = await startModel('llama', 'tiny-llama', 'tiny-llama.q8_0.gguf')
  onnx = await startModel('onnx', 'tiny-sentiment', 'onnx/model.onnx')
  for (const replica of [llama, onnx])
    pools.set(replica, new Pool('http://replica', { socketPath: replica.socketPath }))
})
afterAll(async () => {
  for (const pool of pools.values()) await pool.destroy()
  await sandbox.stop()
})

describe('llama replica', () => {
  it('[S5] answers a chat greedily, with exact counts', async () => {
    const { status, json } = await chat()
    expect(status).toBe(200)
    expect(json).toMatchObject({
      object: 'chat.completion',
      model: 'acme/tiny',
      system_fingerprint: 'dep_1',
      choices: [{ index: 0, message: { role: 'assistant', content: '7' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 40, completion_tokens: 1, total_tokens: 41 },
    })
  })

  it('[S5] streams role, deltas, finish and usage, then [DONE]', async () => {
    const { text } = await chat({ stream: true, stream_options: { include_usage: true } })
    const frames = events(text)
    expect(frames[0]).toMatchObject({
      choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }],
      usage: null,
    })
    expect(frames.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: null })
    expect(frames.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 40, completion_tokens: 1 } })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(new Set(frames.map((frame) => frame['id'])).size).toBe(1)
  })

  it('stops at max_tokens and at stop sequences, the stop itself left out', async () => {
    const prompt = { prompt: 'Ada was a ', temperature: 0, model: 'm' }
    const cut = await post(llama, '/v1/completions', { ...prompt, max_tokens: 10 })
    expect(cut.json).toMatchObject({
      choices: [{ text: 'sleepy fox', finish_reason: 'length' }],
      usage: { completion_tokens: 10 },
    })
    const stopped = await post(llama, '/v1/completions', { ...prompt, stop: [' fox'] })
    expect(stopped.json).toMatchObject({ choices: [{ text: 'sleepy', finish_reason: 'stop' }] })
  })

  it('keeps to a JSON schema and refuses one it could not enforce', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      additionalProperties: false,
    }
    const format = (value: unknown) => ({
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: value } },
    })
    const { json } = await chat(format(schema))
    const content = (json['choices'] as { message: { content: string } }[])[0]?.message.content ?? ''
    expect(JSON.parse(content)).toEqual({ a: expect.any(Number) })
    const refused = await chat(format({ type: 'string', pattern: '^(a+)+$' }))
    expect(refused).toMatchObject({ status: 400, json: { error: { param: 'response_format' } } })
  })

  it.each([
    ['tools', [{ type: 'function', function: { name: 'f' } }]],
    ['logit_bias', { 5: 1 }],
    ['reasoning_effort', 'high'],
    ['audio', {}],
    ['temperature', 3],
    ['max_tokens', 0],
    ['n', 99],
  ])('names the parameter %s when it cannot be honoured', async (param, value) => {
    const { status, json } = await chat({ [param]: value })
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: { type: 'invalid_request_error', param } })
  })

  it('says so when the prompt does not fit', async () => {
    const { status, json } = await chat({ messages: [{ role: 'user', content: 'a'.repeat(400) }] })
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })

  it('[R3] answers sixteen at once exactly as one after another', async () => {
    const prompts = Array.from({ length: 16 }, (_, index) => `What is ${index % 10} plus ${(index * 7) % 10}?`)
    const ask = async (content: string): Promise<unknown> =>
      (await chat({ messages: [{ role: 'user', content }] })).json['choices']
    const alone: unknown[] = []
    for (const prompt of prompts) alone.push(await ask(prompt))
    expect(await Promise.all(prompts.map(ask))).toEqual(alone)
  })

  it('makes more answers than it has places', async () => {
    const { json } = await chat({ n: 8 })
    expect((json['choices'] as { message: { content: string } }[]).map(({ message }) => message.content)).toEqual(
      Array.from({ length: 8 }, () => '7'),
    )
    expect(json['usage']).toMatchObject({ prompt_tokens: 40, completion_tokens: 8 })
  })

  it('is repeatable with a seed', async () => {
    const ask = async (): Promise<unknown> =>
      (await chat({ temperature: 1.5, seed: 7, max_tokens: 20 })).json['choices']
    expect(await ask()).toEqual(await ask())
  })

  it('stops within 100 ms when the caller hangs up, and remembers what it made', async () => {
    const pool = pools.get(llama) as Pool
    const { body } = await pool.request({
      path: '/v1/completions',
      method: 'POST',
      headers: { 'x-request-id': 'gone-1' },
      body: JSON.stringify({ model: 'm', prompt: 'Ada', stream: true, temperature: 1.8, seed: 3, n: 8 }),
    })
    body.on('error', () => {})
    await new Promise((resolve) => body.once('data', resolve))
    body.destroy()
    await sleep(100)
    const stats = await (await pool.request({ path: '/stats', method: 'GET' })).body.json()
    expect(stats).toMatchObject({ active: 0, waiting: 0 })
    const used = await (await pool.request({ path: '/usage/gone-1', method: 'GET' })).body.json()
    expect(used).toEqual({ inputTokens: 4, outputTokens: expect.any(Number) })
    expect((used as { outputTokens: number }).outputTokens).toBeGreaterThan(0)
  })

  it('[S5] makes unit embeddings, base64 like floats', async () => {
    const floats = await post(llama, '/v1/embeddings', { model: 'm', input: 'hello' })
    const coded = await post(llama, '/v1/embeddings', { model: 'm', input: ['hello'], encoding_format: 'base64' })
    const vector = (floats.json['data'] as { embedding: number[] }[])[0]?.embedding ?? []
    const bytes = Buffer.from((coded.json['data'] as { embedding: string }[])[0]?.embedding ?? '', 'base64')
    expect(vector).toHaveLength(64)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
    expect(bytes.readFloatLE(4)).toBeCloseTo(vector[1] ?? 0, 6)
  })
})

describe('onnx replica', () => {
  it('[S5] classifies in the shape of the task door', async () => {
    const { json } = await post(onnx, '/tasks/text-classification', { inputs: 'what a awful film' })
    expect(json).toEqual([
      [
        { label: 'NEGATIVE', score: expect.closeTo(1, 1) },
        { label: 'POSITIVE', score: expect.closeTo(0, 1) },
      ],
    ])
    const top = await post(onnx, '/tasks/text-classification', { inputs: ['awful', 'awful'], parameters: { top_k: 1 } })
    expect(top.json).toEqual([
      [{ label: 'NEGATIVE', score: expect.any(Number) }],
      [{ label: 'NEGATIVE', score: expect.any(Number) }],
    ])
  })

  it('pools sentence vectors that do not depend on their neighbours in the batch', async () => {
    const alone = await post(onnx, '/tasks/feature-extraction', { inputs: 'awful' })
    const together = await post(onnx, '/tasks/feature-extraction', { inputs: ['awful', 'a much longer awful film'] })
    const [first] = together.json as unknown as number[][]
    ;(alone.json as unknown as number[]).forEach((value, index) => expect(first?.[index]).toBeCloseTo(value, 5))
  })

  it('refuses what it cannot do', async () => {
    expect(await post(onnx, '/v1/chat/completions', { model: 'm', messages: [ASK] })).toMatchObject({ status: 400 })
    expect(await post(onnx, '/tasks/text-classification', { inputs: 5 })).toMatchObject({
      status: 400,
      json: { error: { param: 'inputs' } },
    })
    expect(await post(onnx, '/nothing', {})).toMatchObject({ status: 404 })
  })
})
