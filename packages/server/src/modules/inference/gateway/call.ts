import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse, type StoaError } from '@stoa/contracts'
import type { Dispatcher } from 'undici'
import type { CallFacts } from './call-facts.js'
import { commonHeaders, errorFrame, sendRefusal, toRefusal } from './answer.js'
import { EventFrames } from './event-frames.js'
import { readUpstreamRefusal } from './read-refusal.js'
import { estimateTokens, type Settler } from './settle-call.js'
import { findUsage, type ReportedUsage, toCount } from './usage.js'

const MAX_ERROR_BYTES = 64 * 1024
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const EVENT_STREAM = 'text/event-stream'

/** What a call tells the gateway that runs it. */
export interface CallWatch {
  readonly settler: Settler
  readonly nowMs: () => number
  onPause(call: Call): void
  onResume(call: Call): void
  onEnd(call: Call): void
  onBug(error: unknown, call: Call): void
}

/**
 * One call on its way: undici feeds it the answer's bytes, it forwards them, counts, and settles exactly once.
 * Its methods are undici's handler interface, called without a promise per chunk.
 */
export class Call implements Dispatcher.DispatchHandler {
  readonly facts: CallFacts
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #watch: CallWatch
  #abortUpstream: ((error?: Error) => void) | null = null
  #resumeUpstream: (() => void) | null = null
  #status = 0
  #contentType = 'application/json'
  #retryAfter: string | null = null
  #reported: ReportedUsage | null = null
  #chunks: Buffer[] = []
  #size = 0
  #frames: EventFrames | null = null
  #isSettled = false
  #isOver = false

  constructor(facts: CallFacts, request: IncomingMessage, response: ServerResponse, watch: CallWatch) {
    this.facts = facts
    this.#request = request
    this.#response = response
    this.#watch = watch
    facts.upstream.begin()
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abortUpstream = abort
    if (this.#isOver) abort()
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    if (status < 200) return true
    this.#status = status
    this.#resumeUpstream = resume
    this.#readHeaders(headers)
    if (status === 200 && this.#contentType.startsWith(EVENT_STREAM))
      this.#frames = new EventFrames(this.facts.hidesUsage)
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#isOver) return true
    return this.#frames ? this.#passOn(this.#frames, chunk) : this.#gather(chunk)
  }

  onComplete(): void {
    if (this.#isOver) return
    try {
      if (this.#frames) this.#finishStream(this.#frames)
      else if (this.#status === 200) this.#finishWhole()
      else
        this.#refuse(
          readUpstreamRefusal(this.#status, Buffer.concat(this.#chunks), this.#retryAfter, this.facts.upstream.kind),
        )
    } catch (error) {
      this.#fail(error)
    }
  }

  onError(error: Error): void {
    if (this.#isOver) return
    if (this.#frames && this.#response.headersSent) return this.#breakOff(this.#frames)
    const isSlow = error.name === 'HeadersTimeoutError' || error.name === 'BodyTimeoutError'
    this.#refuse(
      refuse(isSlow ? 'UpstreamTimeout' : 'UpstreamFailed', undefined, {
        code: isSlow ? 'upstream_timeout' : 'upstream_error',
      }),
    )
  }

  /** The caller is gone or stands still: stop the upstream now, bill what was made. */
  hangUp(): void {
    if (this.#isOver) return
    const usage = this.#madeSoFar()
    this.#end()
    this.#abortUpstream?.(new Error('the caller hung up'))
    if (!this.#isSettled) {
      this.#isSettled = true
      this.#watch.settler.settleBrokenOff(this.facts, usage)
    }
    this.#response.destroy()
  }

  #readHeaders(headers: Buffer[]): void {
    let inputTokens: number | null = null
    let outputTokens = 0
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const name = headers[at] as Buffer
      const value = headers[at + 1] as Buffer
      if (name.length < 11 || name.length > 21) continue
      const key = name.toString('latin1').toLowerCase()
      if (key === 'content-type') this.#contentType = safeType(value.toString('latin1'))
      else if (key === 'retry-after') this.#retryAfter = value.toString('latin1')
      else if (this.facts.upstream.kind === 'provider') continue
      else if (key === 'x-stoa-input-tokens') inputTokens = toCount(Number(value.toString('latin1')))
      else if (key === 'x-stoa-output-tokens') outputTokens = toCount(Number(value.toString('latin1'))) ?? 0
    }
    if (inputTokens !== null) this.#reported = { inputTokens, cachedInputTokens: 0, outputTokens }
  }

  #gather(chunk: Buffer): boolean {
    this.#size += chunk.length
    if (this.#status !== 200 && this.#size > MAX_ERROR_BYTES) return true
    if (this.#size > MAX_ANSWER_BYTES) {
      this.#refuse(refuse('UpstreamFailed', 'The answer is larger than this server passes on.'))
      this.#abortUpstream?.()
      return true
    }
    this.#chunks.push(chunk)
    return true
  }

  #passOn(frames: EventFrames, chunk: Buffer): boolean {
    let bytes: Buffer
    try {
      bytes = frames.push(chunk).bytes
    } catch {
      this.#abortUpstream?.()
      this.#breakOff(frames)
      return true
    }
    if (!this.#response.headersSent) this.#writeStreamHead()
    if (bytes.length === 0 || this.#response.write(bytes)) return true
    this.#watch.onPause(this)
    this.#response.once('drain', () => {
      this.#watch.onResume(this)
      this.#resumeUpstream?.()
    })
    return false
  }

  #writeStreamHead(): void {
    const { requestId, startedMs, limitHeaders } = this.facts
    this.#response.writeHead(200, [
      ...commonHeaders(requestId, this.#request.headers.origin !== undefined),
      ...limitHeaders,
      'openai-processing-ms',
      String(this.#watch.nowMs() - startedMs),
      'content-type',
      'text/event-stream; charset=utf-8',
      'cache-control',
      'no-cache',
      'x-accel-buffering',
      'no',
    ])
  }

  #finishStream(frames: EventFrames): void {
    const { bytes } = frames.finish()
    if (!this.#response.headersSent) this.#writeStreamHead()
    const usage = frames.usage ?? this.#madeSoFar()
    this.#settle(usage, (costMicros) => {
      const last = this.#request.headers['x-stoa-cost'] === undefined ? frames.tail : withCost(frames.tail, costMicros)
      this.#response.end(bytes.length === 0 ? last : Buffer.concat([bytes, last]))
    })
  }

  #finishWhole(): void {
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    const usage = this.#reported ?? findUsage(body) ?? this.#estimate(body.length)
    this.#settle(usage, (costMicros) => {
      const { requestId, startedMs, limitHeaders } = this.facts
      this.#response.writeHead(200, [
        ...commonHeaders(requestId, this.#request.headers.origin !== undefined),
        ...limitHeaders,
        'x-stoa-cost-micros',
        String(costMicros),
        'openai-processing-ms',
        String(this.#watch.nowMs() - startedMs),
        'content-type',
        this.#contentType,
        'content-length',
        String(body.length),
      ])
      this.#response.end(body)
    })
  }

  /** Settles, and lets the last bytes go once the record is on disk (gateway-speed.md §2.9). */
  #settle(usage: ReportedUsage, send: (costMicros: bigint) => void): void {
    this.#isSettled = true
    this.#settled(usage).then(
      (costMicros) => {
        this.#end()
        if (!this.#response.destroyed) send(costMicros)
      },
      (error: unknown) => this.#fail(error),
    )
  }

  #settled(usage: ReportedUsage): Promise<bigint> {
    try {
      return this.#watch.settler.settle(this.facts, usage)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  /** The upstream broke in the middle: what was made is billed, and the stream ends with an error the SDKs throw. */
  #breakOff(frames: EventFrames): void {
    if (this.#isOver || this.#isSettled) return
    this.#settle(frames.usage ?? this.#madeSoFar(), () => {
      const code = this.facts.upstream.kind === 'replica' ? 'runtime_crash' : 'upstream_error'
      const refusal = refuse('UpstreamFailed', 'The model stopped in the middle of this answer.', { code })
      this.#response.end(errorFrame(refusal))
    })
  }

  #refuse(refusal: StoaError): void {
    this.#end()
    if (!this.#isSettled) this.#watch.settler.release(this.facts)
    this.#isSettled = true
    sendRefusal(this.#response, this.facts.door.dialect, refusal, this.facts.requestId)
  }

  #fail(error: unknown): void {
    this.#watch.onBug(error, this)
    this.#refuse(toRefusal(error))
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.facts.upstream.end()
    this.#watch.onEnd(this)
  }

  #madeSoFar(): ReportedUsage {
    const events = this.#frames ? Math.max(0, this.#frames.events - 1) : 0
    if (this.#reported) return { ...this.#reported, outputTokens: Math.max(this.#reported.outputTokens, events) }
    return { inputTokens: estimateTokens(this.facts.body.length), cachedInputTokens: 0, outputTokens: events }
  }

  #estimate(answerBytes: number): ReportedUsage {
    const outputTokens = this.facts.door.generates ? estimateTokens(answerBytes) : 0
    return { inputTokens: estimateTokens(this.facts.body.length), cachedInputTokens: 0, outputTokens }
  }
}

/** An answer is never a page: it leaves from the same origin as the pages. */
function safeType(type: string): string {
  return type.startsWith('application/json') || type.startsWith(EVENT_STREAM) ? type : 'application/octet-stream'
}

/** A comment in front of `[DONE]`, for pages that ask: event streams have no headers at their end. */
function withCost(tail: Buffer, costMicros: bigint): Buffer {
  return Buffer.concat([Buffer.from(`: x-stoa-cost-micros ${costMicros}\n\n`), tail])
}
