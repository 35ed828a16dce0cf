import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answerEmbeddings } from './embedding-door.js'
import { type CallCounts, type Exchange, sendJson } from './exchange.js'
import { answerChat, answerCompletion } from './generation-doors.js'
import { answerTask } from './hf-doors.js'
import type { LoadedModel } from './port.js'
import { errorBody, ReplicaRefusal } from './refusal.js'

const MAX_REMEMBERED = 256
const TASK_PREFIX = '/tasks/'
const USAGE_PREFIX = '/usage/'

export interface ReplicaServerDeps {
  readonly model: LoadedModel
  readonly deploymentId: string
  readonly nowMs: () => number
}

/** The replica's HTTP server: the OpenAI paths, the task doors, health, and what broken-off calls had used. */
export function createReplicaServer(deps: ReplicaServerDeps): Server {
  const brokenOff = new Map<string, CallCounts>()
  let calls = 0
  const server = createServer({ noDelay: true }, (request, response) => {
    calls += 1
    void serve(deps, brokenOff, request, response, calls)
  })
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  return server
}

async function serve(
  deps: ReplicaServerDeps,
  brokenOff: Map<string, CallCounts>,
  request: IncomingMessage,
  response: ServerResponse,
  call: number,
): Promise<void> {
  const controller = new AbortController()
  const requestId = String(request.headers['x-request-id'] ?? `local-${call}`)
  const exchange: Exchange = {
    request,
    response,
    requestId,
    signal: controller.signal,
    usage: { inputTokens: 0, outputTokens: 0 },
    createdS: Math.floor(deps.nowMs() / 1000),
  }
  response.on('close', () => {
    if (response.writableFinished) return
    remember(brokenOff, requestId, exchange.usage)
    controller.abort(new Error('the caller hung up'))
  })
  response.on('error', () => controller.abort(new Error('the caller hung up')))
  try {
    await route(deps, brokenOff, exchange, (reason) => controller.abort(reason))
  } catch (error) {
    if (controller.signal.aborted) response.destroy()
    else fail(exchange, error)
  }
}

function route(
  deps: ReplicaServerDeps,
  brokenOff: Map<string, CallCounts>,
  exchange: Exchange,
  abort: (reason: Error) => void,
): Promise<void> | void {
  const { method } = exchange.request
  const path = (exchange.request.url ?? '/').split('?', 1)[0] ?? '/'
  const door = { model: deps.model, deploymentId: deps.deploymentId, abort }
  if (method === 'POST') {
    if (path === '/v1/chat/completions') return answerChat(exchange, door)
    if (path === '/v1/completions') return answerCompletion(exchange, door)
    if (path === '/v1/embeddings') return answerEmbeddings(exchange, deps.model)
    if (path.startsWith(TASK_PREFIX)) return answerTask(path.slice(TASK_PREFIX.length), exchange, deps.model)
  }
  if (method === 'GET') {
    if (path === '/health') return sendJson(exchange, { status: 'ready', info: deps.model.info })
    if (path === '/stats') return sendJson(exchange, { ...deps.model.stats(), rssBytes: process.memoryUsage.rss() })
    if (path.startsWith(USAGE_PREFIX)) return sendUsage(brokenOff, exchange, path.slice(USAGE_PREFIX.length))
  }
  throw new ReplicaRefusal(404, `Nothing answers ${method} ${path}.`, null, 'not_found')
}

function sendUsage(brokenOff: Map<string, CallCounts>, exchange: Exchange, requestId: string): void {
  const counts = brokenOff.get(requestId)
  if (!counts) throw new ReplicaRefusal(404, 'No broken-off call has this id.', null, 'not_found')
  sendJson(exchange, counts)
}

/** The counts are kept as they stand, and go on counting until the runtime has stopped. */
function remember(brokenOff: Map<string, CallCounts>, requestId: string, usage: CallCounts): void {
  const oldest = brokenOff.size >= MAX_REMEMBERED ? brokenOff.keys().next().value : undefined
  if (oldest !== undefined) brokenOff.delete(oldest)
  brokenOff.set(requestId, usage)
}

function fail(exchange: Exchange, error: unknown): void {
  const { status, body } = errorBody(error)
  if (status === 500) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  if (exchange.response.headersSent) exchange.response.destroy()
  else sendJson(exchange, body, status)
}
