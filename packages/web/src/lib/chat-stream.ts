import { readEvents } from '@stoa/sdk'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface ChatAsk {
  model: string
  messages: readonly ChatMessage[]
  temperature: number
  maxTokens: number
  signal: AbortSignal
}

/** What is known of a call; filled in as it arrives. */
export interface CallFacts {
  requestId?: string
  inputTokens?: number
  outputTokens?: number
  firstTokenMs?: number
  totalMs?: number
  /** Micros as text; absent when the call is free or its price is not told. */
  costMicros?: string
  finishReason?: string
}

export interface ChatRefusal {
  status: number
  code: string
  message: string
}

interface Chunk {
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[]
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null
  error?: { message?: string; code?: string }
}

/** A refusal of the gateway, in its own words. */
export class ChatError extends Error {
  readonly refusal: ChatRefusal
  constructor(refusal: ChatRefusal) {
    super(refusal.message)
    this.name = 'ChatError'
    this.refusal = refusal
  }
}

async function refusalOf(response: Response): Promise<ChatRefusal> {
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string; code?: string } | string }
  const error = typeof body.error === 'string' ? { message: body.error } : body.error
  return {
    status: response.status,
    code: error?.code ?? '',
    message: error?.message ?? `${response.status} ${response.statusText}`,
  }
}

/** The settled cost, which the gateway tells in a comment before the last event when asked to (`x-stoa-cost`). */
const costOf = (comment: string): string | undefined => /^x-stoa-cost-micros (\d+)$/.exec(comment)?.[1]

const defined = (facts: { [K in keyof CallFacts]: CallFacts[K] | undefined }): CallFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))

/**
 * Streams one answer through the OpenAI door, as any client would.
 * @throws ChatError when the gateway refuses, DOMException when `signal` aborts.
 */
export async function streamChat(
  ask: ChatAsk,
  onText: (text: string) => void,
  onFacts: (facts: CallFacts) => void,
): Promise<void> {
  const startedAt = performance.now()
  const response = await fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stoa-cost': 'micros' },
    body: JSON.stringify({
      model: ask.model,
      messages: ask.messages,
      temperature: ask.temperature,
      max_tokens: ask.maxTokens,
      stream: true,
      stream_options: { include_usage: true },
    }),
    signal: ask.signal,
  })
  if (!response.ok || !response.body) throw new ChatError(await refusalOf(response))
  const requestId = response.headers.get('x-request-id')
  const cost = response.headers.get('x-stoa-cost-micros')
  onFacts(defined({ requestId: requestId ?? undefined, costMicros: cost ?? undefined }))
  let isFirst = true
  const onComment = (comment: string) => onFacts(defined({ costMicros: costOf(comment) }))
  for await (const data of readEvents(response.body, onComment)) {
    if (data === '[DONE]') break
    const chunk = JSON.parse(data) as Chunk
    if (chunk.error)
      throw new ChatError({ status: 0, code: chunk.error.code ?? '', message: chunk.error.message ?? '' })
    const text = chunk.choices?.[0]?.delta?.content
    if (text) {
      if (isFirst) onFacts({ firstTokenMs: performance.now() - startedAt })
      isFirst = false
      onText(text)
    }
    onFacts(
      defined({
        inputTokens: chunk.usage?.prompt_tokens,
        outputTokens: chunk.usage?.completion_tokens,
        finishReason: chunk.choices?.[0]?.finish_reason ?? undefined,
      }),
    )
  }
  onFacts({ totalMs: performance.now() - startedAt })
}
