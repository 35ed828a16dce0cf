import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse, StoaError } from '@stoa/contracts'
import type { Door } from '../../../kit/http/server.js'
import { admit, type Caller } from './admit.js'
import { sendRefusal, toRefusal } from './answer.js'
import { Call, type CallWatch } from './call.js'
import type { GatewayDeps } from './deps.js'
import { type CallDoor, findDoor, mayBeDoor } from './doors.js'
import { answerModels } from './list-models.js'
import { andThen, type Eventually, type ModelRoute, type Upstream } from './model-route.js'
import { OpenCalls } from './open-calls.js'
import { readBody } from './read-body.js'
import { reserveCall, type ReservedCall } from './reserve-call.js'
import { scanBody, type ScannedBody } from './scan-body.js'
import { createSettler } from './settle-call.js'
import { spliceBody, wantsUsage } from './splice-body.js'

export interface Gateway {
  /** Asked before the router; answers what is under `/v1/` and `/hf-inference/` (gateway-speed.md §2). */
  readonly door: Door
  openCalls(): number
  stop(): void
}

interface Arrival {
  readonly door: CallDoor
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly startedMs: number
}

/** A body that needs no scan: the task doors name the model in the path. */
const NO_SCAN = { stream: false, maxTokens: null, maxCompletionTokens: null, answers: 1 } as const

/** What the steps of a call share. */
interface Ground {
  readonly deps: GatewayDeps
  readonly open: OpenCalls
  readonly watch: CallWatch
}

export function createGateway(deps: GatewayDeps): Gateway {
  const nowMs = (): number => deps.clock.now().getTime()
  const open = new OpenCalls(nowMs)
  const watch: CallWatch = {
    settler: createSettler(deps.gate, nowMs, deps.log),
    nowMs,
    onPause: (call) => open.pause(call),
    onResume: (call) => open.resume(call),
    onEnd: (call) => open.remove(call),
    onBug: (error, call) => logBug(deps, error, call.facts.requestId),
  }
  const ground: Ground = { deps, open, watch }

  const door: Door = (request, response, requestId) => {
    const url = request.url ?? '/'
    if (!mayBeDoor(request.method, url)) return false
    const mark = url.indexOf('?')
    const found = findDoor(mark === -1 ? url : url.slice(0, mark))
    if (found === null) return false
    if (found === 'models' || found === 'unknown') {
      void answerModels(deps, found === 'models', request, response, requestId)
      return true
    }
    const arrival: Arrival = { door: found, request, response, requestId, startedMs: nowMs() }
    if (request.method !== 'POST') fail(deps, arrival, refuse('MethodNotAllowed'))
    else {
      readBody(
        request,
        (body) => startGuarded(ground, arrival, body),
        (error) => fail(deps, arrival, error),
      )
    }
    return true
  }
  return { door, openCalls: () => open.size, stop: () => open.stop() }
}

function logBug(deps: GatewayDeps, error: unknown, requestId: string): void {
  if (!(error instanceof StoaError)) deps.log.error('a call failed', error, { requestId })
}

function fail(deps: GatewayDeps, arrival: Arrival, error: unknown): void {
  logBug(deps, error, arrival.requestId)
  sendRefusal(arrival.response, arrival.door.dialect, toRefusal(error), arrival.requestId)
}

/** The way to the upstream may be synchronous or not; either way a refusal reaches the caller. */
function startGuarded(ground: Ground, arrival: Arrival, body: Buffer): void {
  try {
    const started = start(ground, arrival, body)
    if (started instanceof Promise) started.catch((error: unknown) => fail(ground.deps, arrival, error))
  } catch (error) {
    fail(ground.deps, arrival, error)
  }
}

function start(ground: Ground, arrival: Arrival, body: Buffer): Eventually<void> {
  const { deps, open } = ground
  return andThen(admit(deps, arrival.request), (caller) => {
    const limitHeaders = Object.entries(deps.limiter.take('inference', caller.actor.userId, true)).flat()
    open.demandRoom(caller.actor.userId)
    const scanned = arrival.door.model === null ? scanBody(body) : null
    const model = scanned?.model ?? arrival.door.model ?? ''
    return andThen(deps.router.find(caller.actor, model), (route) =>
      andThen(priceCall(deps, arrival, caller, route, scanned, body), (reserved) =>
        andThen(openUpstream(deps, route, reserved), (upstream) =>
          send(ground, arrival, { caller, route, scanned, body, reserved, upstream, limitHeaders }),
        ),
      ),
    )
  })
}

interface Decided {
  readonly caller: Caller
  readonly route: ModelRoute
  readonly scanned: ScannedBody | null
  readonly body: Buffer
  readonly reserved: ReservedCall
  readonly upstream: Upstream
  readonly limitHeaders: readonly string[]
}

function send({ deps, open, watch }: Ground, arrival: Arrival, decided: Decided): void {
  const { caller, route, scanned, body, reserved, upstream, limitHeaders } = decided
  const { door, request, response, requestId, startedMs } = arrival
  const { reservation, bound } = reserved
  if (response.destroyed) return deps.gate.release(reservation)
  const billingId = deps.ids.next()
  const facts = { door, route, upstream, reservation, bound, billingId, requestId, body, startedMs, limitHeaders }
  const options = releasing(deps, reserved, () => {
    const hidesUsage = scanned !== null && scanned.stream && !wantsUsage(body, scanned)
    return {
      hidesUsage,
      path: upstreamPath(door, route, upstream),
      method: 'POST' as const,
      headers: upstreamHeaders(upstream, billingId, hidesUsage),
      body: scanned ? rewrite(body, scanned, route, reserved, door, upstream) : body,
    }
  })
  const call = new Call({ ...facts, hidesUsage: options.hidesUsage }, request, response, watch)
  open.add(call, caller.actor.userId)
  response.on('close', () => {
    if (!response.writableFinished) call.hangUp()
  })
  upstream.pool.dispatch(options, call)
}

function priceCall(
  deps: GatewayDeps,
  arrival: Arrival,
  caller: Caller,
  route: ModelRoute,
  scanned: ScannedBody | null,
  body: Buffer,
): Eventually<ReservedCall> {
  const { maxTokens, maxCompletionTokens, answers } = scanned ?? NO_SCAN
  const asked = Math.min(maxTokens ?? Number.POSITIVE_INFINITY, maxCompletionTokens ?? Number.POSITIVE_INFINITY)
  const bounds = {
    inputTokens: route.inputTokensUpTo(body.length),
    outputTokens: arrival.door.generates ? Math.min(asked, route.maxOutputTokens) : 0,
    answers,
    isLimited: Number.isFinite(asked),
    canClamp: scanned !== null && arrival.door.generates,
  }
  const { payerId, tokenId, actor } = caller
  const terms = deps.gate.terms({ payerId, userId: actor.userId, tokenId, resource: route.resource })
  return andThen(terms, (known) => reserveCall(deps.gate, known, bounds))
}

/** Opens the way to the model; a hold is given back when it cannot be opened. */
function openUpstream(deps: GatewayDeps, route: ModelRoute, reserved: ReservedCall): Eventually<Upstream> {
  const giveBack = (error: unknown): never => {
    deps.gate.release(reserved.reservation)
    throw error
  }
  const upstream = releasing(deps, reserved, () => route.open())
  return upstream instanceof Promise ? upstream.catch(giveBack) : upstream
}

/** Does work under a hold and gives the hold back when it fails. */
function releasing<T>(deps: GatewayDeps, reserved: ReservedCall, work: () => T): T {
  try {
    return work()
  } catch (error) {
    deps.gate.release(reserved.reservation)
    throw error
  }
}

function rewrite(
  body: Buffer,
  scanned: ScannedBody,
  route: ModelRoute,
  reserved: ReservedCall,
  door: CallDoor,
  upstream: Upstream,
): Buffer {
  const isFreeReplica = upstream.kind === 'replica' && reserved.reservation.terms.free
  return spliceBody(body, scanned, {
    upstreamModel: route.upstreamModel,
    maxTokens: door.generates && !isFreeReplica ? reserved.outputTokens : null,
    reportUsage: scanned.stream && door.generates,
  })
}

function upstreamPath(door: CallDoor, route: ModelRoute, upstream: Upstream): string {
  if (door.task === null) return upstream.prefix + door.upstreamPath
  if (upstream.kind === 'provider') throw refuse('TaskNotSupported', 'This model answers the OpenAI paths only.')
  return door.upstreamPath + (door.task === '' ? (route.task ?? 'text-generation') : door.task)
}

function upstreamHeaders(upstream: Upstream, billingId: string, hidesUsage: boolean): string[] {
  const headers = ['content-type', 'application/json', 'x-request-id', billingId]
  if (upstream.authorization !== null) headers.push('authorization', upstream.authorization)
  if (hidesUsage && upstream.kind === 'replica') headers.push('x-stoa-usage', 'last')
  return headers
}
