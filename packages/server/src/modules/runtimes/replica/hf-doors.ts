import { collectAnswer, startAnswers } from './collect.js'
import { type Exchange, readJsonBody, sendJson } from './exchange.js'
import type { GenerateRequest, LabelScore, LoadedModel } from './port.js'
import { invalid, unsupported, wrongTask } from './refusal.js'
import { sigmoid, softmax } from './softmax.js'

const MAX_INPUTS = 512
const MAX_TOP_K = 1_000

type Body = Record<string, unknown>

/** The task doors of Hugging Face's inference API: `{inputs, parameters}` in, the public task shapes out (compute.md 10.3). */
export async function answerTask(task: string, exchange: Exchange, model: LoadedModel): Promise<void> {
  const body = await readJsonBody(exchange.request)
  const parameters = (body['parameters'] ?? {}) as Body
  if (task === 'text-classification') return classify(exchange, model, body, parameters)
  if (task === 'feature-extraction') return extract(exchange, model, body)
  if (task === 'text-generation') return generate(exchange, model, body, parameters)
  throw wrongTask(task)
}

async function classify(exchange: Exchange, model: LoadedModel, body: Body, parameters: Body): Promise<void> {
  refuseOthers(parameters, ['top_k', 'function_to_apply'])
  const { classify: run, info } = model
  if (!run || !info.labels) throw wrongTask('text-classification')
  const { logits, inputTokens } = await run(readInputs(body['inputs']).texts)
  exchange.usage.inputTokens = inputTokens
  const apply = pickFunction(parameters['function_to_apply'], info.labels.length)
  const topK = readNumber(parameters, 'top_k', 1, MAX_TOP_K) ?? info.labels.length
  const labels = info.labels
  sendJson(
    exchange,
    logits.map((row) => rank(labels, apply(row)).slice(0, topK)),
  )
}

function rank(labels: readonly string[], scores: readonly number[]): LabelScore[] {
  const pairs = scores.map((score, index) => ({ label: labels[index] ?? `LABEL_${index}`, score }))
  return pairs.sort((a, b) => b.score - a.score)
}

function pickFunction(name: unknown, labelCount: number): (logits: Float32Array) => number[] {
  if (name === 'softmax' || (name === undefined && labelCount > 1)) return softmax
  if (name === 'sigmoid' || name === undefined) return sigmoid
  if (name === 'none') return (logits) => Array.from(logits)
  throw invalid('function_to_apply', 'function_to_apply is softmax, sigmoid or none.')
}

async function extract(exchange: Exchange, model: LoadedModel, body: Body): Promise<void> {
  refuseOthers(body, ['inputs', 'parameters', 'normalize', 'truncate', 'options'])
  if (body['normalize'] === false) throw unsupported('normalize', 'vectors of this model always have length one')
  if (!model.embed) throw wrongTask('feature-extraction')
  const { texts, isSingle } = readInputs(body['inputs'])
  const { vectors, inputTokens } = await model.embed(
    texts.map((text) => ({ text })),
    exchange.signal,
  )
  exchange.usage.inputTokens = inputTokens
  const rows = vectors.map((vector) => Array.from(vector))
  sendJson(exchange, isSingle ? rows[0] : rows)
}

async function generate(exchange: Exchange, model: LoadedModel, body: Body, parameters: Body): Promise<void> {
  refuseOthers(parameters, [
    'max_new_tokens',
    'temperature',
    'top_p',
    'top_k',
    'do_sample',
    'seed',
    'stop',
    'return_full_text',
    'details',
  ])
  if (body['stream'] === true) throw unsupported('stream', 'use /v1/completions to stream')
  if (typeof body['inputs'] !== 'string') throw invalid('inputs', 'inputs must be text.')
  const request: GenerateRequest = {
    prompt: { text: body['inputs'] },
    maxTokens: readNumber(parameters, 'max_new_tokens', 1, 1_000_000),
    temperature: parameters['do_sample'] === false ? 0 : readNumber(parameters, 'temperature', 0, 100),
    topP: readNumber(parameters, 'top_p', 0, 1),
    topK: readNumber(parameters, 'top_k', 0, 100_000),
    minP: null,
    seed: readNumber(parameters, 'seed', 0, Number.MAX_SAFE_INTEGER),
    stop: Array.isArray(parameters['stop']) ? parameters['stop'].slice(0, 4).map(String) : [],
    frequencyPenalty: 0,
    presencePenalty: 0,
    topLogprobs: null,
    constraint: null,
  }
  const [answer] = await startAnswers(model, [request], exchange.signal, exchange.usage)
  if (!answer) throw wrongTask('text-generation')
  const { text, reason } = await collectAnswer(answer, exchange.usage)
  const generated = parameters['return_full_text'] === true ? body['inputs'] + text : text
  const details = {
    finish_reason: reason === 'stop' ? 'eos_token' : 'length',
    generated_tokens: exchange.usage.outputTokens,
    seed: request.seed,
    prefill: [],
    tokens: [],
  }
  sendJson(exchange, [{ generated_text: generated, ...(parameters['details'] === true ? { details } : {}) }])
}

function readInputs(value: unknown): { texts: string[]; isSingle: boolean } {
  if (typeof value === 'string') return { texts: [value], isSingle: true }
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MAX_INPUTS
  if (!isList || !value.every((entry) => typeof entry === 'string')) {
    throw invalid('inputs', `inputs must be text or a list of at most ${MAX_INPUTS} texts.`)
  }
  return { texts: value as string[], isSingle: false }
}

function readNumber(body: Body, key: string, min: number, max: number): number | null {
  const value = body[key]
  if (value === undefined || value === null) return null
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw invalid(key, `${key} must be between ${min} and ${max}.`)
  return value
}

function refuseOthers(body: Body, known: readonly string[]): void {
  for (const [key, value] of Object.entries(body)) {
    if (value !== null && value !== undefined && !known.includes(key)) throw unsupported(key)
  }
}
