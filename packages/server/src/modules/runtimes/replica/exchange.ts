import type { IncomingMessage, ServerResponse } from 'node:http'
import { ReplicaRefusal } from './refusal.js'

const MAX_BODY_BYTES = 16 * 1024 * 1024
const STALL_MS = 60_000

/** One request inside the replica: its body, its caller's patience, and what it has used so far. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  /** Aborts when the caller hangs up or stops reading for a minute. */
  readonly signal: AbortSignal
  readonly usage: CallCounts
  readonly createdS: number
}

export interface CallCounts {
  inputTokens: number
  outputTokens: number
}

export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new ReplicaRefusal(413, 'The request body is too large.', null, 'body_too_large')
    chunks.push(chunk)
  }
  const parsed = parseJson(Buffer.concat(chunks).toString('utf8'))
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ReplicaRefusal(400, 'The request body must be a JSON object.', null, 'invalid_body')
  }
  return parsed as Record<string, unknown>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ReplicaRefusal(400, 'The request body is not valid JSON.', null, 'invalid_body')
  }
}

/** Sends a whole JSON answer with the counts the gateway bills by. */
export function sendJson(exchange: Exchange, body: unknown, status = 200): void {
  const bytes = Buffer.from(JSON.stringify(body))
  exchange.response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...usageHeaders(exchange.usage),
  })
  exchange.response.end(bytes)
}

function usageHeaders(usage: CallCounts): Record<string, string> {
  return {
    'x-stoa-input-tokens': String(usage.inputTokens),
    'x-stoa-output-tokens': String(usage.outputTokens),
  }
}

/** An event stream that waits for a slow reader and gives up on one that stands still. */
export function openStream(exchange: Exchange, abort: (reason: Error) => void) {
  const { response } = exchange
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    'x-stoa-input-tokens': String(exchange.usage.inputTokens),
  })
  const write = async (frame: string): Promise<void> => {
    if (exchange.signal.aborted || response.write(frame)) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => abort(new Error('the reader stalled')), STALL_MS)
      const finish = (): void => {
        clearTimeout(timer)
        response.off('drain', finish)
        exchange.signal.removeEventListener('abort', finish)
        resolve()
      }
      response.once('drain', finish)
      exchange.signal.addEventListener('abort', finish, { once: true })
    })
  }
  return {
    send: (data: unknown) => write(`data: ${JSON.stringify(data)}\n\n`),
    done: () => void response.end('data: [DONE]\n\n'),
    fail: (body: unknown) => void response.end(`data: ${JSON.stringify(body)}\n\n`),
  }
}
