import { join } from 'node:path'
import type { LlamaEmbeddingContext, LlamaModel } from 'node-llama-cpp'
import type { Embedded, GenerateEvent, GenerateRequest, LoadedModel, ReplicaSpec, TextInput } from '../port.js'
import { importRuntime } from '../import-runtime.js'
import { ReplicaRefusal } from '../refusal.js'
import { normalize } from '../softmax.js'
import { createGrammar, type Engine, fitPrompt, generateOn } from './generate.js'
import { createPromptReader } from './render-prompt.js'
import { SequencePool } from './sequences.js'
import { skipTrialWithoutChildProcesses } from './skip-trial.js'

const MIN_CONTEXT = 64

/** Loads a GGUF with the prebuilt llama.cpp of node-llama-cpp; nothing is compiled or fetched. */
export async function loadLlama(spec: ReplicaSpec): Promise<LoadedModel> {
  skipTrialWithoutChildProcesses()
  const library = await importRuntime('node-llama-cpp', () => import('node-llama-cpp'))
  const llama = await library.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    maxThreads: spec.threads,
    logLevel: library.LlamaLogLevel.error,
  })
  const model = await llama.loadModel({ modelPath: join(spec.modelDir, spec.modelFile) })
  const wanted = Math.max(MIN_CONTEXT, Math.min(spec.contextTokens, model.trainContextSize))
  const context = await model.createContext({ contextSize: wanted, sequences: spec.sequences, threads: spec.threads })
  const pool = new SequencePool(context, spec.sequences)
  const prompts = await createPromptReader(model, spec.modelDir)
  const embedder = createEmbedder(model, wanted, spec.threads)
  let generatedTokens = 0
  const engine: Engine = {
    llama,
    model,
    contextTokens: wanted,
    grammarState: (grammar) => new library.LlamaGrammarEvaluationState({ model, grammar }),
    random: Math.random,
    onToken: () => {
      generatedTokens += 1
    },
  }

  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateEvent> {
    const prompt = prompts.read(request.prompt)
    fitPrompt(prompt, engine.contextTokens)
    const grammar = await createGrammar(llama, request.constraint)
    pool.demandRoom()
    // Before a place is taken: a call may ask for more answers than there are places, and waits for all to be accepted.
    yield { type: 'start', inputTokens: prompt.length }
    const sequence = await pool.take(signal)
    try {
      yield* generateOn(engine, sequence, prompt, grammar, request, signal)
    } finally {
      await pool.give(sequence)
    }
  }
  return {
    info: {
      runtime: 'llama',
      contextTokens: wanted,
      hasChat: prompts.hasChat,
      embeddingSize: model.embeddingVectorSize,
      labels: null,
    },
    generate,
    embed: embedder,
    stats: () => ({ active: pool.active, waiting: pool.waiting, generatedTokens }),
    close: async () => {
      await context.dispose()
      await model.dispose()
    },
  }
}

/** Embeddings use their own context, made at the first request: most replicas never need it. */
function createEmbedder(model: LlamaModel, contextSize: number, threads: number) {
  let ready: Promise<LlamaEmbeddingContext> | null = null
  return async (inputs: readonly TextInput[], signal: AbortSignal): Promise<Embedded> => {
    ready ??= model.createEmbeddingContext({ contextSize, threads })
    const context = await ready
    const vectors: Float32Array[] = []
    let inputTokens = 0
    for (const input of inputs) {
      signal.throwIfAborted()
      const content = 'text' in input ? input.text : ([...input.tokens] as never)
      const length = context.calculateInputLength(content)
      if (length > contextSize) {
        const message = `This model's maximum context length is ${contextSize} tokens, but an input has ${length}.`
        throw new ReplicaRefusal(400, message, 'input', 'context_length_exceeded')
      }
      inputTokens += length
      const { vector } = await context.getEmbeddingFor(content)
      vectors.push(normalize(Float32Array.from(vector)))
    }
    return { vectors, inputTokens }
  }
}
