import { invalid, unsupported } from './refusal.js'
import type { ChatMessage, Constraint, GenerateRequest, Prompt } from './port.js'

const MAX_MESSAGES = 2_000
const MAX_STOPS = 4
const MAX_STOP_CHARS = 200
const MAX_TOP_LOGPROBS = 20
const MAX_CHOICES = 8
const MAX_PROMPTS = 32

type Body = Record<string, unknown>

/** Accepted and without effect here: they address the platform, not the model (compute.md 10.1). */
const INERT = [
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'stream_options',
  'model',
]
const SAMPLING = [
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'seed',
  'stop',
  'frequency_penalty',
  'presence_penalty',
]
const CHAT = ['messages', 'stream', 'n', 'max_completion_tokens', 'response_format', 'logprobs', 'top_logprobs']
const COMPLETION = ['prompt', 'stream', 'n', 'echo', 'response_format']

export interface ParsedGeneration {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly choices: number
  readonly requests: readonly GenerateRequest[]
  /** Text to repeat before each completion (`echo`). */
  readonly echoes: readonly string[]
}

/** Reads a chat completion body; throws a refusal that names the parameter. */
export function readChatBody(body: Body): ParsedGeneration {
  refuseUnknown(body, [...INERT, ...SAMPLING, ...CHAT], {
    parallel_tool_calls: (value) => typeof value === 'boolean',
    tools: isEmptyList,
    tool_choice: (value) => value === 'none' || value === 'auto',
    modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
    logit_bias: isEmptyObject,
  })
  const top = readInteger(body, 'top_logprobs', 0, MAX_TOP_LOGPROBS)
  const wantsLogprobs = readBoolean(body, 'logprobs')
  if (top !== null && !wantsLogprobs) throw invalid('top_logprobs', 'top_logprobs needs logprobs: true.')
  const sampling = readSampling(body)
  const maxTokens = readInteger(body, 'max_completion_tokens', 1, 10_000_000) ?? sampling.maxTokens
  const request = {
    ...sampling,
    maxTokens,
    prompt: { messages: readMessages(body['messages']) },
    topLogprobs: wantsLogprobs ? (top ?? 0) : null,
    constraint: readConstraint(body['response_format']),
  }
  return { ...readShape(body), requests: [request], echoes: [''] }
}

/** Reads a legacy completion body: one prompt or several, as text or token ids. */
export function readCompletionBody(body: Body): ParsedGeneration {
  refuseUnknown(body, [...INERT, ...SAMPLING, ...COMPLETION], {
    best_of: (value) => value === 1,
    suffix: (value) => value === '',
    logit_bias: isEmptyObject,
  })
  const prompts = readPrompts(body['prompt'])
  const isEcho = readBoolean(body, 'echo')
  if (isEcho && !prompts.every((prompt) => 'text' in prompt)) throw invalid('echo', 'echo needs text prompts.')
  const sampling = readSampling(body)
  const constraint = readConstraint(body['response_format'])
  return {
    ...readShape(body),
    requests: prompts.map((prompt) => ({ ...sampling, prompt, topLogprobs: null, constraint })),
    echoes: prompts.map((prompt) => (isEcho && 'text' in prompt ? prompt.text : '')),
  }
}

function readShape(body: Body): Pick<ParsedGeneration, 'model' | 'stream' | 'includeUsage' | 'choices'> {
  const options = body['stream_options']
  const includeUsage = typeof options === 'object' && options !== null && (options as Body)['include_usage'] === true
  return {
    model: typeof body['model'] === 'string' ? body['model'] : '',
    stream: readBoolean(body, 'stream'),
    includeUsage,
    choices: readInteger(body, 'n', 1, MAX_CHOICES) ?? 1,
  }
}

function readSampling(body: Body): Omit<GenerateRequest, 'prompt' | 'topLogprobs' | 'constraint'> {
  return {
    maxTokens: readInteger(body, 'max_tokens', 1, 10_000_000),
    temperature: readNumber(body, 'temperature', 0, 2),
    topP: readNumber(body, 'top_p', 0, 1),
    topK: readInteger(body, 'top_k', 0, 100_000),
    minP: readNumber(body, 'min_p', 0, 1),
    seed: readInteger(body, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    stop: readStop(body['stop']),
    frequencyPenalty: readNumber(body, 'frequency_penalty', -2, 2) ?? 0,
    presencePenalty: readNumber(body, 'presence_penalty', -2, 2) ?? 0,
  }
}

function readMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid('messages', 'messages must be a list with at least one message.')
  if (value.length > MAX_MESSAGES) throw invalid('messages', `messages may hold at most ${MAX_MESSAGES} messages.`)
  return value.map((message, index) => {
    if (typeof message !== 'object' || message === null)
      throw invalid(`messages[${index}]`, 'A message must be an object.')
    const { role, content, name } = message as Body
    if (typeof role !== 'string') throw invalid(`messages[${index}].role`, 'A message needs a role.')
    if ((message as Body)['tool_calls'] !== undefined) throw unsupported(`messages[${index}].tool_calls`)
    return { role, content: readContent(content, index), ...(typeof name === 'string' ? { name } : {}) }
  })
}

function readContent(content: unknown, index: number): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content))
    throw invalid(`messages[${index}].content`, 'content must be text or a list of text parts.')
  return content
    .map((part: unknown) => {
      const { type, text } = (typeof part === 'object' && part !== null ? part : {}) as Body
      if (type !== 'text' || typeof text !== 'string') {
        throw unsupported(`messages[${index}].content`, `this model reads text only, not ${String(type)}`)
      }
      return text
    })
    .join('\n')
}

/** A prompt in any of the four forms OpenAI takes: text, texts, token ids, lists of token ids. */
export function readPrompts(
  value: unknown,
  param = 'prompt',
  maxCount = MAX_PROMPTS,
): Exclude<Prompt, { messages: unknown }>[] {
  if (typeof value === 'string') return [{ text: value }]
  if (!Array.isArray(value) || value.length === 0) throw invalid(param, `${param} must be text, texts or token ids.`)
  if (value.every(isTokenId)) return [{ tokens: value }]
  if (value.length > maxCount) throw invalid(param, `${param} may hold at most ${maxCount} entries.`)
  return value.map((entry: unknown) => {
    if (typeof entry === 'string') return { text: entry }
    if (Array.isArray(entry) && entry.length > 0 && entry.every(isTokenId)) return { tokens: entry }
    throw invalid(param, `${param} must be text, texts or token ids.`)
  })
}

function readStop(value: unknown): string[] {
  if (value === undefined || value === null) return []
  const stops: unknown[] = Array.isArray(value) ? value : [value]
  if (stops.length > MAX_STOPS) throw invalid('stop', `stop may hold at most ${MAX_STOPS} sequences.`)
  return stops.map((stop) => {
    if (typeof stop !== 'string' || stop === '' || stop.length > MAX_STOP_CHARS) {
      throw invalid('stop', `A stop sequence is text of 1 to ${MAX_STOP_CHARS} characters.`)
    }
    return stop
  })
}

/** `response_format` in OpenAI's form and in the two forms Hugging Face clients send. */
function readConstraint(value: unknown): Constraint | null {
  if (value === undefined || value === null) return null
  const format = (typeof value === 'object' ? value : {}) as Body
  if (format['type'] === 'text') return null
  if (format['type'] === 'json_object' || format['type'] === 'json') {
    return format['value'] === undefined ? { kind: 'json' } : { kind: 'schema', schema: format['value'] }
  }
  const named = format['json_schema']
  if (format['type'] === 'json_schema' && typeof named === 'object' && named !== null) {
    const schema = (named as Body)['schema']
    if (typeof schema === 'object' && schema !== null) return { kind: 'schema', schema }
  }
  throw unsupported('response_format', 'use text, json_object or json_schema with a schema')
}

function refuseUnknown(
  body: Body,
  known: readonly string[],
  harmless: Record<string, (value: unknown) => boolean>,
): void {
  for (const [key, value] of Object.entries(body)) {
    if (known.includes(key) || value === null) continue
    if (harmless[key]?.(value)) continue
    throw unsupported(key)
  }
}

function readNumber(body: Body, key: string, min: number, max: number): number | null {
  const value = body[key]
  if (value === undefined || value === null) return null
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw invalid(key, `${key} must be between ${min} and ${max}.`)
  return value
}

function readInteger(body: Body, key: string, min: number, max: number): number | null {
  const value = readNumber(body, key, min, max)
  if (value !== null && !Number.isInteger(value)) throw invalid(key, `${key} must be a whole number.`)
  return value
}

function readBoolean(body: Body, key: string): boolean {
  const value = body[key]
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw invalid(key, `${key} must be true or false.`)
  return value
}

const isTokenId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0
const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
