import type {
  Llama,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp'
import { StopFilter } from '../hold-back.js'
import type { Constraint, GenerateEvent, GenerateRequest, TokenLogprob } from '../port.js'
import { ReplicaRefusal } from '../refusal.js'
import { runLimited } from '../run-limited.js'
import { toGrammarSchema } from './json-constraint.js'
import { TokenText } from './token-text.js'

const PROMPT_CHUNK = 256
const GRAMMAR_MS = 3_000
const SEED_RANGE = 0x7fffffff
const DEFAULT_TEMPERATURE = 1
const PENALTY_WINDOW = 256
/** The library's grammars allow blank lines after the value; this many mean the value is complete. */
const GRAMMAR_END = '\n\n\n\n'

export interface Engine {
  readonly llama: Llama
  readonly model: LlamaModel
  readonly contextTokens: number
  readonly grammarState: (grammar: LlamaGrammar) => NonNullable<SequenceEvaluateOptions['grammarEvaluationState']>
  readonly random: () => number
  /** Told once per token that was made. */
  readonly onToken: () => void
}

/** Throws the refusal OpenAI clients know when prompt and answer cannot fit. */
export function fitPrompt(prompt: readonly Token[], contextTokens: number): void {
  if (prompt.length === 0) throw new ReplicaRefusal(400, 'The prompt is empty.', 'prompt', 'invalid_value')
  if (prompt.length < contextTokens) return
  const message = `This model's maximum context length is ${contextTokens} tokens, but the prompt alone has ${prompt.length}.`
  throw new ReplicaRefusal(400, message, 'messages', 'context_length_exceeded')
}

/** One answer on one sequence: prompt in pieces, then tokens until a stop, the limit, or the caller's abort. */
export async function* generateOn(
  engine: Engine,
  sequence: LlamaContextSequence,
  prompt: Token[],
  grammar: LlamaGrammar | null,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent> {
  const room = engine.contextTokens - prompt.length
  const limit = Math.min(request.maxTokens ?? room, room)
  const tail = await readPrompt(sequence, prompt, signal)
  const text = new TokenText(engine.model, prompt)
  const stops = new StopFilter(grammar ? [...request.stop, GRAMMAR_END] : request.stop)
  const made: Token[] = []
  let reason: 'stop' | 'length' = 'stop'
  const options = {
    ...evaluateOptions(engine, request, made),
    ...(grammar ? { grammarEvaluationState: engine.grammarState(grammar) } : {}),
  }
  // Typed as always asked; read below only when it was.
  const wantsLogprobs = (request.topLogprobs !== null) as true
  for await (const { token, probabilities } of sequence.evaluateWithMetadata(
    tail,
    { probabilities: wantsLogprobs },
    options,
  )) {
    signal.throwIfAborted()
    if (engine.model.isEogToken(token)) break
    made.push(token)
    engine.onToken()
    const logprobs = wantsLogprobs ? [describeToken(engine.model, token, probabilities, request.topLogprobs ?? 0)] : []
    const certain = stops.push(text.push(token))
    yield { type: 'text', text: certain, outputTokens: made.length, logprobs }
    if (stops.isStopped) break
    if (made.length >= limit) {
      reason = 'length'
      break
    }
  }
  signal.throwIfAborted()
  const rest = stops.isStopped ? '' : stops.push(text.flush()) + stops.flush()
  if (rest !== '') yield { type: 'text', text: rest, outputTokens: made.length, logprobs: [] }
  yield { type: 'end', reason, inputTokens: prompt.length, outputTokens: made.length }
}

/** Reads all but the last token in pieces, so that a long prompt can be given up and others get their turn. */
async function readPrompt(sequence: LlamaContextSequence, prompt: Token[], signal: AbortSignal): Promise<Token[]> {
  const last = prompt.length - 1
  for (let start = 0; start < last; start += PROMPT_CHUNK) {
    signal.throwIfAborted()
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(start, Math.min(start + PROMPT_CHUNK, last)))
  }
  return prompt.slice(last)
}

function evaluateOptions(engine: Engine, request: GenerateRequest, made: Token[]): SequenceEvaluateOptions {
  const { frequencyPenalty, presencePenalty } = request
  const hasPenalty = frequencyPenalty !== 0 || presencePenalty !== 0
  return {
    temperature: request.temperature ?? DEFAULT_TEMPERATURE,
    topP: request.topP ?? 1,
    topK: request.topK ?? 0,
    minP: request.minP ?? 0,
    seed: toSeed(request.seed) ?? Math.floor(engine.random() * SEED_RANGE),
    yieldEogToken: true,
    ...(hasPenalty
      ? {
          repeatPenalty: {
            penalty: 1,
            frequencyPenalty,
            presencePenalty,
            punishTokens: () => made.slice(-PENALTY_WINDOW),
          },
        }
      : {}),
  }
}

/** The sampler takes 31 bits; equal seeds stay equal. */
function toSeed(seed: number | null): number | null {
  return seed === null ? null : Math.abs(seed) % SEED_RANGE
}

/** The grammar of a constraint, null without one; throws a refusal when it cannot be enforced. */
export async function createGrammar(llama: Llama, constraint: Constraint | null): Promise<LlamaGrammar | null> {
  if (constraint === null) return null
  if (constraint.kind === 'json') return llama.getGrammarFor('json')
  const schema = runLimited(() => toGrammarSchema(constraint.schema), GRAMMAR_MS)
  try {
    return await llama.createGrammarForJsonSchema(schema as never)
  } catch (error) {
    const message = `The schema cannot be enforced: ${(error as Error).message}`
    throw new ReplicaRefusal(400, message, 'response_format', 'invalid_schema')
  }
}

function describeToken(
  model: LlamaModel,
  token: Token,
  probabilities: ReadonlyMap<Token, number>,
  topCount: number,
): TokenLogprob {
  const describe = (id: Token, probability: number) => {
    const text = model.detokenize([id], true)
    return { token: text, logprob: Math.log(Math.max(probability, 1e-30)), bytes: [...Buffer.from(text)] }
  }
  const ranked = [...probabilities].sort((a, b) => b[1] - a[1]).slice(0, topCount)
  return {
    ...describe(token, probabilities.get(token) ?? 0),
    top: ranked.map(([id, probability]) => describe(id, probability)),
  }
}
