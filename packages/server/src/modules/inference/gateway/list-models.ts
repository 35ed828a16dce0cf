import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse } from '@stoa/contracts'
import { ANONYMOUS } from '../../../kit/http/actor.js'
import { commonHeaders, sendRefusal, toRefusal } from './answer.js'
import type { GatewayDeps } from './deps.js'
import type { ListedModel } from './model-route.js'

const PREFIX = '/v1/models/'

/** `GET /v1/models` and `/v1/models/{id}` (the id holds a slash, raw or escaped); also the 404 of paths we lack. */
export async function answerModels(
  deps: GatewayDeps,
  isKnownPath: boolean,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  try {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    if (!isKnownPath) throw refuse('NotFound', `Nothing answers ${request.method} ${path}.`, { code: 'unknown_url' })
    if (request.method !== 'GET' && request.method !== 'HEAD') throw refuse('MethodNotAllowed')
    const { authorization, cookie } = request.headers
    const isKnown = authorization !== undefined || cookie !== undefined
    const actor = isKnown ? await deps.authenticate({ authorization, cookie, address: '' }) : ANONYMOUS
    if (!path.startsWith(PREFIX)) {
      const models = await deps.router.list(actor)
      return sendJson(request, response, requestId, { object: 'list', data: models.map(toWire) })
    }
    const name = decodeURIComponent(path.slice(PREFIX.length))
    const listed = (await deps.router.list(actor)).find((model) => model.id === name)
    if (!listed && actor.kind === 'anonymous')
      throw refuse('ModelNotFound', undefined, { code: 'model_not_found', param: 'model' })
    if (!listed && actor.kind === 'user') await deps.router.find(actor, name)
    sendJson(request, response, requestId, toWire(listed ?? unlisted(name, deps.clock.now())))
  } catch (error) {
    const refusal = error instanceof URIError ? refuse('NotFound') : toRefusal(error)
    if (refusal.status >= 500) deps.log.error('the model list failed', error, { requestId })
    sendRefusal(response, 'openai', refusal, requestId)
  }
}

/** A name that can be called and stands in no list: a pinned revision. */
function unlisted(id: string, createdAt: Date): ListedModel {
  const ownedBy = id.split('/', 1)[0] ?? id
  return { id, createdAt, ownedBy, provider: 'stoa', isLive: false, contextTokens: null, task: null }
}

function toWire(model: ListedModel): Record<string, unknown> {
  return {
    id: model.id,
    object: 'model',
    created: Math.floor(model.createdAt.getTime() / 1000),
    owned_by: model.ownedBy,
    ...(model.task === null ? {} : { task: model.task }),
    architecture: { input_modalities: ['text'], output_modalities: ['text'] },
    providers: [
      {
        provider: model.provider,
        status: 'live',
        ...(model.contextTokens === null ? {} : { context_length: model.contextTokens }),
      },
    ],
  }
}

function sendJson(request: IncomingMessage, response: ServerResponse, requestId: string, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(200, [
    ...commonHeaders(requestId, request.headers.origin !== undefined),
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(bytes.length),
  ])
  response.end(request.method === 'HEAD' ? undefined : bytes)
}
