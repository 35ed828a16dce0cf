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
import { readBody } from './read-body.js'
import { reserveCall, type ReservedCall } from './reserve-call.js'
import { scanBody, type ScannedBody } from './scan-body.js'
import { createSettler } from './settle-call.js'
import { spliceBody, wantsUsage } from './splice-body.js'

const MAX_OPEN_CALLS = 4_096
const MAX_OPEN_PER_USER = 1_024
const SWEEP_MS = 5_000
const MAX_STALL_MS = 60_000

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

export function createGateway(deps: GatewayDeps): Gateway {
  const open = new Set<Call>()
  const openByUser = new Map<string, number>()
  const paused = new Map<Call, number>()
  const nowMs = (): number => deps.clock.now().getTime()
  const users = new WeakMap<Call, string>()
  const watch: CallWatch = {
    settler: createSettler(deps.gate, nowMs, deps.log),
    nowMs,
    onPause: (call) => void paused.set(call, nowMs()),
    onResume: (call) => void paused.delete(call),
    onEnd: (call) => {
      open.delete(call)
      paused.delete(call)
      const user = users.get(call) ?? ''
      const left = (openByUser.get(user) ?? 1) - 1
      if (left === 0) openByUser.delete(user)
      else openByUser.set(user, left)
    },
    onBug: (error, call) => {
      if (!(error instanceof StoaError)) deps.log.error('a call failed', error, { requestId: call.facts.requestId })
    },
  }
  const sweep = setInterval(() => {
    const limit = nowMs() - MAX_STALL_MS
    for (const [call, since] of paused) if (since < limit) call.hangUp()
  }, SWEEP_MS)
  sweep.unref()

  const fail = (arrival: Arrival, error: unknown): void => {
    if (!(error instanceof StoaError)) deps.log.error('a call failed', error, { requestId: arrival.requestId })
    sendRefusal(arrival.response, arrival.door.dialect, toRefusal(error), arrival.requestId)
  }

  /** Runs work that may be synchronous or not; either way a refusal reaches the caller. */
  const guard = (arrival: Arrival, work: () => Eventually<void>): void => {
    try {
      const done = work()
      if (done instanceof Promise) done.catch((error: unknown) => fail(arrival, error))
    } catch (error) {
      fail(arrival, error)
    }
  }

  const start = (arrival: Arrival, body: Buffer): Eventually<void> =>
    andThen(admit(deps, arrival.request), (caller) => {
      const limitHeaders = Object.entries(deps.limiter.take('inference', caller.actor.userId, true)).flat()
      refuseCrowd(open.size, openByUser.get(caller.actor.userId) ?? 0)
      const scanned = arrival.door.model === null ? scanBody(body) : null
      const model = scanned?.model ?? arrival.door.model ?? ''
      return andThen(deps.router.find(caller.actor, model), (route) =>
        andThen(priceCall(deps, arrival, caller, route, scanned, body), (reserved) =>
          andThen(openUpstream(deps, route, reserved), (upstream) =>
            dispatch(arrival, caller, route, scanned, body, reserved, upstream, limitHeaders),
          ),
        ),
      )
    })

  const dispatch = (
    arrival: Arrival,
    caller: Caller,
    route: ModelRoute,
    scanned: ScannedBody | null,
    body: Buffer,
    reserved: ReservedCall,
    upstream: Upstream,
    limitHeaders: readonly string[],
  ): void => {
    if (arrival.response.destroyed) return deps.gate.release(reserved.reservation)
    const { door, requestId, startedMs } = arrival
    const hidesUsage = scanned !== null && scanned.stream && !wantsUsage(body, scanned)
    const facts = {
      ...{ door, route, upstream, requestId, startedMs, body, hidesUsage, limitHeaders },
      reservation: reserved.reservation,
      bound: reserved.bound,
      billingId: deps.ids.next(),
    }
    const options = releasing(deps, reserved, () => ({
      path: upstreamPath(door, route, upstream),
      method: 'POST' as const,
      headers: upstreamHeaders(upstream, facts.billingId, hidesUsage),
      body: scanned ? rewrite(body, scanned, route, reserved, door, upstream) : body,
    }))
    const call = new Call(facts, arrival.request, arrival.response, watch)
    open.add(call)
    users.set(call, caller.actor.userId)
    openByUser.set(caller.actor.userId, (openByUser.get(caller.actor.userId) ?? 0) + 1)
    arrival.response.on('close', () => {
      if (!arrival.response.writableFinished) call.hangUp()
    })
    upstream.pool.dispatch(options, call)
  }

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
    if (request.method !== 'POST') fail(arrival, refuse('MethodNotAllowed'))
    else
      readBody(
        request,
        (body) => guard(arrival, () => start(arrival, body)),
        (error) => fail(arrival, error),
      )
    return true
  }
  return {
    door,
    openCalls: () => open.size,
    stop: () => {
      clearInterval(sweep)
      for (const call of open) call.hangUp()
    },
  }
}

function refuseCrowd(openCount: number, openOfUser: number): void {
  const wait = { headers: { 'retry-after': '1' } }
  if (openCount >= MAX_OPEN_CALLS) throw refuse('ServerOverloaded', undefined, { code: 'server_overloaded' }, wait)
  if (openOfUser >= MAX_OPEN_PER_USER)
    throw refuse('TooManyOpenCalls', undefined, { code: 'rate_limit_exceeded' }, wait)
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
