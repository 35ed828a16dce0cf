import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { applyManifest } from '@stoa/contracts'
import { join, joinAsAdmin, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payIn, sellModel } from '../../commerce/testdata/market.js'
import { startToyUpstream, type ToyUpstream } from '../testdata/toy-upstream.js'

const MODELS = ['normal', 'slow', 'broken', 'locked', 'picky', 'busy', 'endless', 'cut']
const ASK = { role: 'user', content: 'Tell me about stone columns. '.repeat(6) } as const
/** 100 input tokens at $1 a million and 50 output tokens at $4 a million. */
const CALL_MICROS = 300n

let server: TestServer
let toy: ToyUpstream
let bob: Person
let people = 0
const paid = new Map<string, bigint>()

const client = (apiKey: string, maxRetries = 0): OpenAI =>
  new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries })
const ask = (person: Person, model: string, extra: object = {}) =>
  client(person.token).chat.completions.create({ model, messages: [ASK], max_tokens: 60, ...extra })
const newBuyer = async (micros: bigint): Promise<Person> => {
  const person = await join(server, `buyer${people++}`)
  paid.set(person.name, micros)
  await payIn(server, person.id, (Number(micros) / 1e6).toFixed(6), `pay-${person.name}`)
  return person
}
/** What a buyer was charged: what was paid in less what can still be spent. */
const spent = async (person: Person): Promise<bigint> => {
  const { gate } = server.running.app.metering
  const terms = await gate.terms({ payerId: person.id, userId: person.id, tokenId: null, resource: 'repo:lab/normal' })
  return (paid.get(person.name) ?? 0n) - ((await gate.affordableMicros(terms)) ?? 0n)
}
const failure = async (call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> => {
  const error = await call.then(
    () => new Error('was not refused'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof OpenAI.APIError)) throw error
  return error
}
const post = (token: string, body: string, path = '/v1/chat/completions'): Promise<Response> =>
  fetch(server.url + path, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })

beforeAll(async () => {
  server = await startTestServer()
  toy = await startToyUpstream()
  const admin = await joinAsAdmin(server, 'olga')
  const models = MODELS.flatMap((name) => [
    { id: `lab/${name}`, upstream: name },
    { id: `free-${name}`, upstream: name },
  ])
  const document = { providers: [{ name: 'lab', baseUrl: toy.baseUrl, key: 'sk-lab-key', models }] }
  await admin.client.call(applyManifest, { body: { documents: [{ name: 'm.json', text: JSON.stringify(document) }] } })
  for (const name of MODELS) {
    await sellModel(server, { id: admin.id, name: 'lab' }, { name, input: '1 / 1000000', output: '4 / 1000000' })
  }
  bob = await newBuyer(5_000_000n)
})
afterAll(async () => {
  await server.stop()
  await toy.close()
})

describe('calls through the gateway', () => {
  it('[S5] [R3] forwards an answer, its counts and its price', async () => {
    const { data, response } = await ask(bob, 'lab/normal').withResponse()
    expect(data.choices[0]?.message.content).toBe('Hello wörld')
    expect(data.usage?.prompt_tokens).toBe(100)
    expect(response.headers.get('x-stoa-cost-micros')).toBe(String(CALL_MICROS))
    expect(response.headers.get('x-request-id')).toBeTruthy()
    expect(Number(response.headers.get('openai-processing-ms'))).toBeGreaterThanOrEqual(0)
    const sent = toy.seen.at(-1)
    expect(sent?.body).toMatchObject({ model: 'normal', max_tokens: 60 })
    expect(sent?.headers.authorization).toBe('Bearer sk-lab-key')
    expect(await spent(bob)).toBe(CALL_MICROS)
  })

  it('[S5] streams, and shows usage only to those who asked', async () => {
    const collect = async (extra: object): Promise<{ text: string; usages: number }> => {
      const stream = await ask(bob, 'lab/normal', { stream: true, ...extra })
      let text = ''
      let usages = 0
      for await (const event of stream as unknown as AsyncIterable<OpenAI.ChatCompletionChunk>) {
        text += event.choices[0]?.delta.content ?? ''
        if (event.usage) usages += 1
      }
      return { text, usages }
    }
    expect(await collect({})).toEqual({ text: 'Hello wörld', usages: 0 })
    expect(toy.seen.at(-1)?.body).toMatchObject({ stream_options: { include_usage: true } })
    expect(await collect({ stream_options: { include_usage: true } })).toEqual({ text: 'Hello wörld', usages: 1 })
  })

  it('[R3] tells a page the price of a stream when it asks', async () => {
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}`, 'x-stoa-cost': '1' },
      body: JSON.stringify({ model: 'lab/normal', messages: [ASK], stream: true, max_tokens: 60 }),
    })
    expect(await answer.text()).toMatch(/: x-stoa-cost-micros 300\n\ndata: \[DONE\]\n\n$/)
  })

  it('lets a page of ours call with its session, and no other site', async () => {
    const send = (origin: string) =>
      fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { cookie: bob.cookie, origin },
        body: JSON.stringify({ model: 'free-normal', messages: [ASK] }),
      })
    expect((await send(server.url)).status).toBe(200)
    expect((await send('https://evil.example')).status).toBe(403)
  })
})

describe('refusals', () => {
  it('[S5] maps onto the errors of the SDK', async () => {
    expect(await failure(ask({ ...bob, token: 'hf_wrong' }, 'lab/normal'))).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    })
    const unknown = await failure(ask(bob, 'lab/nromal'))
    expect(unknown).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    expect(unknown.message).toContain('lab/normal')
    const poor = await join(server, 'poor')
    const unpaid = await failure(ask(poor, 'lab/normal'))
    expect(unpaid).toMatchObject({ status: 402, code: 'insufficient_credit', type: 'insufficient_quota' })
    expect(unpaid.headers?.get('x-should-retry')).toBe('false')
    const missing = await post(bob.token, '{}', '/v1/audio/speech')
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({
      error: { message: expect.any(String), type: 'invalid_request_error', param: null },
    })
    expect((await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: '{}' })).status).toBe(401)
    expect((await fetch(`${server.url}/v1/chat/completions`)).status).toBe(405)
  })

  it('refuses a fine-grained token without the permission, with 403', async () => {
    const token = await bob.newToken({ name: 'narrow', role: 'fineGrained', scopes: [] })
    expect(await failure(ask({ ...bob, token }, 'lab/normal'))).toMatchObject({ status: 403 })
    const entity = { type: 'user', name: bob.name }
    const scopes = [{ entity, permissions: ['inference.serverless.write'] }]
    const wide = await bob.newToken({ name: 'wide', role: 'fineGrained', scopes })
    expect((await ask({ ...bob, token: wide }, 'free-normal')).choices).toHaveLength(1)
  })

  it('refuses to spend for an organisation the caller is not in', async () => {
    const answer = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}`, 'x-hf-bill-to': 'stranger' },
      body: JSON.stringify({ model: 'lab/normal', messages: [ASK] }),
    })
    expect(answer.status).toBe(403)
  })

  it.each(['not json', '[]', '{"model":"lab/normal","model":"free-normal"}', `{"model":"lab/normal","max_tokens":-1}`])(
    'refuses the body %s with 400',
    async (body) => expect((await post(bob.token, body)).status).toBe(400),
  )

  it('refuses a body that is too large before reading it', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${bob.token}`, 'content-length': String(64 * 1024 * 1024) }
      const sent = httpRequest(`${server.url}/v1/chat/completions`, { method: 'POST', headers }, (answer) =>
        resolve(answer.statusCode ?? 0),
      )
      sent.on('error', reject)
      sent.write('{')
    })
    expect(status).toBe(413)
  })
})

describe('an upstream that fails', () => {
  it('[R3] bills nothing for its errors and does not show its secrets', async () => {
    const buyer = await newBuyer(1_000_000n)
    expect(await failure(ask(buyer, 'lab/broken'))).toMatchObject({ status: 502, code: 'upstream_error' })
    const locked = await failure(ask(buyer, 'lab/locked'))
    expect(locked.status).toBe(502)
    expect(locked.message).not.toContain('sk-secret')
    expect(await failure(ask(buyer, 'lab/picky'))).toMatchObject({ status: 400, code: 'bad_tool', param: 'tools' })
    const busy = await failure(ask(buyer, 'lab/busy'))
    expect([busy.status, busy.headers?.get('retry-after')]).toEqual([429, '7'])
    expect(await spent(buyer)).toBe(0n)
  })

  it('[R3] that stops in the middle ends the stream with an error and bills what came', async () => {
    const buyer = await newBuyer(1_000_000n)
    const stream = (await ask(buyer, 'lab/cut', {
      stream: true,
    })) as unknown as AsyncIterable<OpenAI.ChatCompletionChunk>
    const read = async (): Promise<void> => {
      for await (const event of stream) void event
    }
    expect(await failure(read())).toMatchObject({ code: 'upstream_error' })
    expect(await spent(buyer)).toBeGreaterThan(0n)
  })
})

describe('callers that leave or dawdle', () => {
  const openEndless = (person: Person): Promise<{ pause(): void; leave(): void }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.token}` },
      })
      sent.on('error', reject)
      sent.on('response', (answer) => {
        answer.once('data', () => resolve({ pause: () => answer.pause(), leave: () => answer.destroy() }))
        answer.on('error', () => {})
      })
      sent.end(JSON.stringify({ model: 'lab/endless', messages: [ASK], stream: true, max_tokens: 60 }))
    })

  it('[R3] a hang-up reaches the upstream within 100 ms and is billed for what was made', async () => {
    const buyer = await newBuyer(1_000_000n)
    const reader = await openEndless(buyer)
    const before = toy.hungUp.length
    reader.leave()
    const leftAt = performance.now()
    while (toy.hungUp.length === before && performance.now() - leftAt < 1_000) await sleep(2)
    expect(performance.now() - leftAt).toBeLessThan(100)
    for (let round = 0; round < 20 && (await spent(buyer)) > 500n; round++) await sleep(50)
    expect(await spent(buyer)).toBeGreaterThan(0n)
    expect(await spent(buyer)).toBeLessThan(500n)
  })

  it('a slow reader slows the upstream instead of filling memory', async () => {
    const reader = await openEndless(bob)
    reader.pause()
    await sleep(300)
    const before = toy.sentBytes()
    await sleep(300)
    expect(toy.sentBytes() - before).toBeLessThan(1_000_000)
    reader.leave()
  })
})

describe('budgets', () => {
  const storm = async (buyer: Person, extra: object): Promise<number> => {
    let served = 0
    for (let round = 0; round < 6; round++) {
      const calls = Array.from({ length: round === 0 ? 200 : 20 }, async () => {
        const answer = await post(buyer.token, JSON.stringify({ model: 'lab/normal', messages: [ASK], ...extra }))
        await answer.arrayBuffer()
        if (answer.status === 200) served += 1
        else expect(answer.status).toBe(402)
      })
      await Promise.all(calls)
    }
    return served
  }

  it('[PR2] 200 calls at once on money for ten: never more than ten, at least nine by retrying', async () => {
    const buyer = await newBuyer(10n * CALL_MICROS)
    const served = await storm(buyer, { max_tokens: 50 })
    expect(served).toBeLessThanOrEqual(10)
    expect(served).toBeGreaterThanOrEqual(9)
    expect(await spent(buyer)).toBe(BigInt(served) * CALL_MICROS)
  })

  it('[PR2] the same without max_tokens: clamped, not refused', async () => {
    const buyer = await newBuyer(10n * CALL_MICROS)
    const served = await storm(buyer, {})
    expect(served).toBeLessThanOrEqual(10)
    expect(served).toBeGreaterThanOrEqual(9)
  })
})

it('[S5] lists the models a caller can call', async () => {
  const ids: string[] = []
  for await (const model of client(bob.token).models.list()) ids.push(model.id)
  expect(ids).toContain('lab/normal')
  expect(await client(bob.token).models.retrieve('lab/normal')).toMatchObject({ id: 'lab/normal', object: 'model' })
  expect(await failure(client(bob.token).models.retrieve('lab/none'))).toMatchObject({ status: 404 })
  expect(await (await fetch(`${server.url}/v1/models`)).json()).toEqual({ object: 'list', data: [] })
})
