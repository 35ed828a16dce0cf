/** What a runtime offers once a model is in memory (compute.md §1, port 2). Nothing here may import the server: it runs in the replica's process. */
export interface LoadedModel {
  readonly info: ModelInfo
  generate?(request: GenerateRequest, signal: AbortSignal): AsyncIterable<GenerateEvent>
  embed?(inputs: readonly TextInput[], signal: AbortSignal): Promise<Embedded>
  classify?(texts: readonly string[]): Promise<Classified>
  stats(): ModelStats
  close(): Promise<void>
}

export interface ModelInfo {
  readonly runtime: RuntimeKind
  /** Tokens of prompt and answer together; null when the model has no such bound. */
  readonly contextTokens: number | null
  /** A chat template was found. */
  readonly hasChat: boolean
  readonly embeddingSize: number | null
  readonly labels: readonly string[] | null
}

export type RuntimeKind = 'llama' | 'onnx'

/** What the replica is started with; travels as one JSON argument and holds no secret. */
export interface ReplicaSpec {
  readonly runtime: RuntimeKind
  readonly socketPath: string
  readonly modelDir: string
  /** Main file of the model, relative to `modelDir`. */
  readonly modelFile: string
  /** Shown as `system_fingerprint`. */
  readonly deploymentId: string
  readonly threads: number
  /** Requests generated at once. */
  readonly sequences: number
  /** Largest context to reserve; the model's own limit when smaller. */
  readonly contextTokens: number
}

export type TextInput = { readonly text: string } | { readonly tokens: readonly number[] }

export interface ChatMessage {
  readonly role: string
  readonly content: string
  readonly name?: string
}

export type Prompt = { readonly messages: readonly ChatMessage[] } | TextInput

export type Constraint = { readonly kind: 'json' } | { readonly kind: 'schema'; readonly schema: unknown }

export interface GenerateRequest {
  readonly prompt: Prompt
  /** Null: until the context is full. */
  readonly maxTokens: number | null
  readonly temperature: number | null
  readonly topP: number | null
  readonly topK: number | null
  readonly minP: number | null
  readonly seed: number | null
  readonly stop: readonly string[]
  readonly frequencyPenalty: number
  readonly presencePenalty: number
  /** Number of alternatives per token; null when logprobs were not asked. */
  readonly topLogprobs: number | null
  readonly constraint: Constraint | null
}

export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  readonly bytes: number[]
  readonly top: readonly { readonly token: string; readonly logprob: number; readonly bytes: number[] }[]
}

export type FinishReason = 'stop' | 'length'

export type GenerateEvent =
  | { readonly type: 'start'; readonly inputTokens: number }
  | {
      readonly type: 'text'
      readonly text: string
      readonly outputTokens: number
      readonly logprobs: readonly TokenLogprob[]
    }
  | { readonly type: 'end'; readonly reason: FinishReason; readonly inputTokens: number; readonly outputTokens: number }

export interface Embedded {
  readonly vectors: readonly Float32Array[]
  readonly inputTokens: number
}

export interface LabelScore {
  readonly label: string
  readonly score: number
}

export interface Classified {
  /** Raw logits per text, in the order of `info.labels`. */
  readonly logits: readonly Float32Array[]
  readonly inputTokens: number
}

export interface ModelStats {
  readonly active: number
  readonly waiting: number
  readonly generatedTokens: number
}
