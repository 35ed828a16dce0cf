import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Classified, Embedded, LoadedModel, ReplicaSpec, TextInput } from '../port.js'
import { importRuntime } from '../import-runtime.js'
import { ReplicaRefusal, unsupported, wrongTask } from '../refusal.js'
import { type Batch, createBatch, pickRows, poolMean } from './batch.js'

const DEFAULT_MAX_TOKENS = 512
const MAX_BATCH = 64

interface ModelConfig {
  readonly id2label?: Record<string, string>
  readonly pad_token_id?: number
}

interface TokenizerConfig {
  readonly model_max_length?: number
}

type Ort = typeof import('onnxruntime-node')

/** Loads an encoder in ONNX form with its `tokenizer.json`: text classification and embeddings. */
export async function loadOnnx(spec: ReplicaSpec): Promise<LoadedModel> {
  const ort = await loadLibrary()
  const config = await readJson<ModelConfig>(spec.modelDir, 'config.json')
  const tokenizerConfig = await readJson<TokenizerConfig>(spec.modelDir, 'tokenizer_config.json')
  const tokenizer = new Tokenizer(await readJson<object>(spec.modelDir, 'tokenizer.json'), tokenizerConfig)
  const session = await ort.InferenceSession.create(join(spec.modelDir, spec.modelFile), {
    executionProviders: ['cpu'],
    intraOpNumThreads: spec.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  })
  const maxTokens = Math.min(tokenizerConfig.model_max_length ?? DEFAULT_MAX_TOKENS, spec.contextTokens)
  const labels = session.outputNames.includes('logits') ? readLabels(config) : null
  let active = 0

  const run = async (inputs: readonly TextInput[]): Promise<{ batch: Batch; outputs: Record<string, Tensor> }> => {
    const batch = createBatch(
      inputs.map((input) => encode(tokenizer, input, maxTokens)),
      config.pad_token_id ?? 0,
    )
    active += 1
    try {
      return { batch, outputs: await runSession(ort, session, batch) }
    } finally {
      active -= 1
    }
  }
  return {
    info: { runtime: 'onnx', contextTokens: maxTokens, hasChat: false, embeddingSize: null, labels },
    embed: (inputs, signal) => embed(run, inputs, signal),
    ...(labels ? { classify: (texts: readonly string[]) => classify(run, texts) } : {}),
    stats: () => ({ active, waiting: 0, generatedTokens: 0 }),
    close: async () => session.release(),
  }
}

type Run = (inputs: readonly TextInput[]) => Promise<{ batch: Batch; outputs: Record<string, Tensor> }>

async function embed(run: Run, inputs: readonly TextInput[], signal: AbortSignal): Promise<Embedded> {
  const vectors: Float32Array[] = []
  let inputTokens = 0
  for (let start = 0; start < inputs.length; start += MAX_BATCH) {
    signal.throwIfAborted()
    const { batch, outputs } = await run(inputs.slice(start, start + MAX_BATCH))
    const hidden = outputs['last_hidden_state'] ?? outputs['token_embeddings']
    if (!hidden) throw wrongTask('embeddings')
    vectors.push(...poolMean(hidden.data as Float32Array, hidden.dims, batch))
    inputTokens += batch.tokenCount
  }
  return { vectors, inputTokens }
}

async function classify(run: Run, texts: readonly string[]): Promise<Classified> {
  const logits: Float32Array[] = []
  let inputTokens = 0
  for (let start = 0; start < texts.length; start += MAX_BATCH) {
    const { batch, outputs } = await run(texts.slice(start, start + MAX_BATCH).map((text) => ({ text })))
    const output = outputs['logits']
    if (output?.dims.length !== 2) throw wrongTask('text classification')
    logits.push(...pickRows(output.data as Float32Array, output.dims))
    inputTokens += batch.tokenCount
  }
  return { logits, inputTokens }
}

function encode(tokenizer: Tokenizer, input: TextInput, maxTokens: number): readonly number[] {
  if ('tokens' in input) throw unsupported('input', 'this model takes text, not token ids')
  const { ids } = tokenizer.encode(input.text)
  if (ids.length <= maxTokens) return ids
  const message = `This model's maximum context length is ${maxTokens} tokens, but an input has ${ids.length}.`
  throw new ReplicaRefusal(400, message, 'input', 'context_length_exceeded')
}

async function runSession(ort: Ort, session: InferenceSession, batch: Batch): Promise<Record<string, Tensor>> {
  const dims = [batch.rows, batch.columns]
  const known: Record<string, () => BigInt64Array> = {
    input_ids: () => batch.inputIds,
    attention_mask: () => batch.attentionMask,
    token_type_ids: () => new BigInt64Array(batch.rows * batch.columns),
  }
  const feeds: Record<string, Tensor> = {}
  for (const name of session.inputNames) {
    const make = known[name]
    if (!make) throw wrongTask(`this: it wants the input "${name}"`)
    feeds[name] = new ort.Tensor('int64', make(), dims)
  }
  return (await session.run(feeds)) as Record<string, Tensor>
}

function readLabels(config: ModelConfig): string[] {
  const entries = Object.entries(config.id2label ?? {})
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, label]) => String(label))
}

async function readJson<T>(dir: string, file: string): Promise<T> {
  const text = await readFile(join(dir, file), 'utf8').catch(() => '{}')
  return JSON.parse(text) as T
}

/** The package is CommonJS: under an ES import its members sit on `default`. */
async function loadLibrary(): Promise<Ort> {
  const loaded = (await importRuntime('onnxruntime-node', () => import('onnxruntime-node'))) as Ort & { default?: Ort }
  return loaded.default ?? loaded
}
