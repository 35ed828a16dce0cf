import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small OpenAI-compatible server: the outside world of the gateway's tests. The upstream model's name says how it behaves. */
export interface ToyUpstream {
  readonly baseUrl: string
  /** Bodies as they arrived, newest last. */
  readonly seen: { body: Record<string, unknown>; headers: IncomingMessage['headers'] }[]
  /** Streams whose caller hung up before the end. */
  readonly hungUp: number[]
  /** Bytes handed to the socket of the last endless stream. */
  sentBytes(): number
  close(): Promise<void>
}

/** Counts of every answer, whatever was asked: an upstream need not obey. */
export const TOY_USAGE = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 }
const PIECES = ['Hel', 'lo ', 'wörld']

export async function startToyUpstream(): Promise<ToyUpstream> {
  const seen: ToyUpstream['seen'] = []
  const hungUp: number[] = []
  let sent = 0
  const server: Server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>
      seen.push({ body, headers: request.headers })
      const startedAt = performance.now()
      response.on('close', () => {
        if (!response.writableFinished) hungUp.push(performance.now() - startedAt)
      })
      answer(response, body, (bytes) => {
        sent += bytes
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    seen,
    hungUp,
    sentBytes: () => sent,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(response: ServerResponse, body: Record<string, unknown>, onSent: (bytes: number) => void): void {
  const model = String(body['model'])
  if (model === 'broken') return sendJson(response, 500, { error: { message: 'the disk burns', type: 'server_error' } })
  if (model === 'locked') return sendJson(response, 401, { error: { message: 'bad key sk-secret', type: 'auth' } })
  if (model === 'picky') return sendJson(response, 400, { error: { message: 'no such tool', type: 'invalid_request_error', param: 'tools', code: 'bad_tool' } })
  if (model === 'busy') return sendJson(response, 429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { 'retry-after': '7' })
  if (model === 'endless') return streamEndlessly(response, onSent)
  if (model === 'cut') return streamCut(response)
  if (body['stream'] === true) return stream(response, body)
  const delayMs = model === 'slow' ? 300 : 0
  const reply = { id: 'c1', object: 'chat.completion', created: 1, model, choices: [{ index: 0, message: { role: 'assistant', content: PIECES.join('') }, finish_reason: 'stop' }], usage: TOY_USAGE }
  setTimeout(() => sendJson(response, 200, reply), delayMs)
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

const chunk = (choices: unknown[], usage?: unknown): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'toy', choices, ...(usage === undefined ? {} : { usage }) })}\n\n`
const delta = (content: string): string => chunk([{ index: 0, delta: { content }, finish_reason: null }])

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
}

/** Cuts events and characters apart on purpose. */
function stream(response: ServerResponse, body: Record<string, unknown>): void {
  openStream(response)
  const asksUsage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true
  const whole = PIECES.map(delta).join('') + chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]) + (asksUsage ? chunk([], TOY_USAGE) : '') + 'data: [DONE]\n\n'
  const bytes = Buffer.from(whole)
  for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37))
  response.end()
}

/** As fast as the reader takes it, as a model that never stops. */
function streamEndlessly(response: ServerResponse, onSent: (bytes: number) => void): void {
  openStream(response)
  const frame = delta('x'.repeat(8_000))
  const push = (): void => {
    while (!response.destroyed) {
      onSent(frame.length)
      if (!response.write(frame)) return void response.once('drain', push)
    }
  }
  push()
}

function streamCut(response: ServerResponse): void {
  openStream(response)
  response.write(delta('one'))
  response.write(delta('two'))
  setTimeout(() => response.destroy(), 50)
}
