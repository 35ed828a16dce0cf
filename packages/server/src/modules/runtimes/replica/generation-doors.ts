import { type Answer, collectAnswer, type Collected, followAnswer, forAll, startAnswers } from './collect.js'
import { type CallCounts, type Exchange, openStream, readJsonBody, sendJson } from './exchange.js'
import type { GenerateRequest, LoadedModel, TokenLogprob } from './port.js'
import { type ParsedGeneration, readChatBody, readCompletionBody } from './read-params.js'
import { errorBody } from './refusal.js'

export interface Door {
  readonly model: LoadedModel
  readonly deploymentId: string
  readonly abort: (reason: Error) => void
}

/** How the two generation APIs differ on the wire. */
interface Dialect {
  readonly idPrefix: string
  readonly object: string
  readonly chunkObject: string
  first(): Record<string, unknown> | null
  piece(text: string, logprobs: readonly TokenLogprob[]): Record<string, unknown>
  last(): Record<string, unknown>
  whole(answer: Collected, echo: string): Record<string, unknown>
}

const CHAT: Dialect = {
  idPrefix: 'chatcmpl-',
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  first: () => ({ delta: { role: 'assistant', content: '' }, logprobs: null }),
  piece: (text, logprobs) => ({ delta: { content: text }, logprobs: wireLogprobs(logprobs) }),
  last: () => ({ delta: {}, logprobs: null }),
  whole: ({ text, logprobs }) => ({
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: wireLogprobs(logprobs),
  }),
}

const COMPLETION: Dialect = {
  idPrefix: 'cmpl-',
  object: 'text_completion',
  chunkObject: 'text_completion',
  first: () => null,
  piece: (text) => ({ text, logprobs: null }),
  last: () => ({ text: '', logprobs: null }),
  whole: ({ text }, echo) => ({ text: echo + text, logprobs: null }),
}

export async function answerChat(exchange: Exchange, door: Door): Promise<void> {
  await answer(exchange, door, CHAT, readChatBody(await readJsonBody(exchange.request)))
}

export async function answerCompletion(exchange: Exchange, door: Door): Promise<void> {
  await answer(exchange, door, COMPLETION, readCompletionBody(await readJsonBody(exchange.request)))
}

async function answer(exchange: Exchange, door: Door, dialect: Dialect, parsed: ParsedGeneration): Promise<void> {
  const requests = parsed.requests.flatMap((request) => repeat(request, parsed.choices))
  const echoes = parsed.echoes.flatMap((echo) => Array.from({ length: parsed.choices }, () => echo))
  const answers = await startAnswers(door.model, requests, exchange.signal, exchange.usage)
  const head = {
    id: dialect.idPrefix + exchange.requestId,
    created: exchange.createdS,
    model: parsed.model,
    system_fingerprint: door.deploymentId,
  }
  if (parsed.stream) return streamAnswers(exchange, door, dialect, parsed, answers, echoes, head)
  const collected = await forAll(answers, (one) => collectAnswer(one, exchange.usage))
  const choices = collected.map((one) => ({
    index: one.index,
    ...dialect.whole(one, echoes[one.index] ?? ''),
    finish_reason: one.reason,
  }))
  sendJson(exchange, { ...head, object: dialect.object, choices, usage: wireUsage(exchange.usage) })
}

async function streamAnswers(
  exchange: Exchange,
  door: Door,
  dialect: Dialect,
  parsed: ParsedGeneration,
  answers: readonly Answer[],
  echoes: readonly string[],
  head: Record<string, unknown>,
): Promise<void> {
  const stream = openStream(exchange, door.abort)
  const showsUsage = parsed.includeUsage && exchange.request.headers['x-stoa-usage'] !== 'last'
  const common = { ...head, object: dialect.chunkObject }
  const send = (index: number, choice: Record<string, unknown>, finish: string | null): Promise<void> =>
    stream.send({
      ...common,
      choices: [{ index, ...choice, finish_reason: finish }],
      ...(showsUsage ? { usage: null } : {}),
    })
  try {
    await forAll(answers, async (one) => {
      const first = dialect.first()
      if (first) await send(one.index, first, null)
      const echo = echoes[one.index] ?? ''
      if (echo !== '') await send(one.index, dialect.piece(echo, []), null)
      const reason = await followAnswer(one, exchange.usage, (text, logprobs) =>
        send(one.index, dialect.piece(text, logprobs), null),
      )
      await send(one.index, dialect.last(), reason)
    })
    if (parsed.includeUsage) await stream.send({ ...common, choices: [], usage: wireUsage(exchange.usage) })
    stream.done()
  } catch (error) {
    if (exchange.signal.aborted) throw error
    stream.fail(errorBody(error).body)
  }
}

/** Equal requests with different luck: each choice after the first moves the seed on. */
function repeat(request: GenerateRequest, count: number): GenerateRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    ...request,
    seed: request.seed === null ? null : request.seed + index,
  }))
}

function wireLogprobs(logprobs: readonly TokenLogprob[]): { content: unknown[]; refusal: null } | null {
  if (logprobs.length === 0) return null
  return { content: logprobs.map(({ top, ...token }) => ({ ...token, top_logprobs: top })), refusal: null }
}

/** OpenAI's usage object. */
export function wireUsage(usage: CallCounts): Record<string, unknown> {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}
