import { route } from '@stoa/contracts'
import { expect, it } from 'vitest'
import { createClient, nextPage, readEvents } from './index.js'

const ping = route({ id: 't', family: 'hub', method: 'GET', path: '/ping', summary: '', auth: 'none', errors: [] })

const answering = (answer: Response, seen: Request[] = []) =>
  createClient({
    baseUrl: 'http://stoa.test',
    token: 'hf_secret',
    fetch: async (url, init) => {
      seen.push(new Request(url as string, init))
      return answer
    },
  })

it('sends the token and parses JSON', async () => {
  const seen: Request[] = []
  expect(await answering(Response.json([1]), seen).call(ping, {})).toEqual([1])
  expect(seen[0]?.headers.get('authorization')).toBe('Bearer hf_secret')
})

const refusals: [string, Response, object][] = [
  [
    'hub',
    new Response('{"error":"Not here"}', { status: 404, headers: { 'x-error-code': 'RepoNotFound' } }),
    { code: 'RepoNotFound', status: 404, message: 'Not here' },
  ],
  [
    'stoa',
    Response.json({ error: { code: 'NameTaken', message: 'Taken', detail: { field: 'name' } } }, { status: 409 }),
    { code: 'NameTaken', message: 'Taken', status: 409 },
  ],
  ['plain text', new Response('Bad gateway', { status: 502 }), { status: 502 }],
]
for (const [dialect, response, expected] of refusals) {
  it(`reads a refusal in the ${dialect} dialect`, async () => {
    await expect(answering(response).call(ping, {})).rejects.toMatchObject(expected)
  })
}

it('finds the next page', () => {
  expect(nextPage(new Headers({ link: '<http://h/api/models?cursor=x>; rel="next"' }))).toBe(
    'http://h/api/models?cursor=x',
  )
  expect(nextPage(new Headers())).toBeUndefined()
})

it('reads server-sent events across chunk borders', async () => {
  const chunks = ['data: {"a"', ':1}\n\n: keep-alive\n\nda', 'ta: two\r\n\r\n', 'data: [DONE]\n\n']
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })
  const events: string[] = []
  const comments: string[] = []
  for await (const event of readEvents(body, (text) => comments.push(text))) events.push(event)
  expect(comments).toEqual(['keep-alive'])
  expect(events).toEqual(['{"a":1}', 'two', '[DONE]'])
})
