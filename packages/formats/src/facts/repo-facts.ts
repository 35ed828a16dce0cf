import { ownValue, textList, textOf } from '../card/card-values.js'
import { parseFrontMatter } from '../card/front-matter.js'
import { findPipelineTag } from '../card/pipeline-tags.js'
import type { CardKind } from '../card/validate-card.js'
import { type EvalResult, MAX_EVAL_RESULTS } from '../eval-results/read-eval-results.js'
import type { GgufFacts } from '../gguf/read-gguf.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.js'
import type { OnnxFacts } from '../onnx/read-onnx.js'
import type { ParameterCounts } from '../safetensors/read-safetensors.js'
import { composeTags, findPapers } from './compose-tags.js'
import { detectFileTags, detectLibrary } from './detect-library.js'
import { inferDiffusersTask, readTransformersInfo, type TransformersInfo } from './infer-task.js'

/** Longest chat template that is kept, in characters. */
export const MAX_CHAT_TEMPLATE_CHARS = 100_000

/** The files of a repository that facts are read from; absent ones are null. */
export interface RepoReadings {
  readonly kind: CardKind
  readonly paths: readonly string[]
  readonly card: string | null
  readonly config: JsonObject | null
  readonly tokenizerConfig: JsonObject | null
  readonly modelIndex: JsonObject | null
  readonly adapterConfig: JsonObject | null
  readonly safetensors: ParameterCounts | null
  readonly gguf: GgufFacts | null
  readonly onnx: OnnxFacts | null
  readonly evalResults?: readonly EvalResult[]
}

/** GGUF facts as the Hub's `gguf` field has them. */
export interface GgufSummary {
  readonly total: number
  readonly architecture?: string
  readonly context_length?: number
  readonly chat_template?: string
}

/** Everything the catalogue knows of a repository from its files. Keys without a value are absent. */
export interface RepoFacts {
  readonly cardData: JsonObject | null
  readonly tags: string[]
  readonly pipelineTag?: string
  readonly libraryName?: string
  readonly licences: string[]
  readonly languages: string[]
  readonly baseModels: string[]
  readonly datasets: string[]
  readonly models: string[]
  readonly papers: string[]
  readonly config?: JsonObject
  readonly transformersInfo?: TransformersInfo
  readonly maskToken?: string
  readonly safetensors?: ParameterCounts
  readonly gguf?: GgufSummary
  readonly onnx?: OnnxFacts
  /** Parameters by the best source there is: safetensors, then GGUF, then ONNX. */
  readonly parameterCount?: number
  readonly sdk?: string
  readonly modelIndex?: JsonValue
  readonly evalResults?: readonly EvalResult[]
  readonly widgetData?: JsonValue
  /** First paragraph of the card, plain, for lists and page descriptions. */
  readonly description?: string
}

/** Reads all facts out of the collected files. Pure; hostile values are left out, never thrown on. */
export function readRepoFacts(readings: RepoReadings): RepoFacts {
  const card = readings.card === null ? null : parseFrontMatter(readings.card)
  const cardData = card?.data ?? {}
  const isModel = readings.kind === 'model'
  const transformersInfo = isModel && readings.config ? readTransformersInfo(readings.config) : null
  const fileTags = isModel ? detectFileTags(readings.paths) : []
  const libraryName = isModel
    ? (textOf(cardData, 'library_name') ?? detectLibrary(readings.paths, readings.config))
    : undefined
  const pipelineTag = isModel ? findTask(readings, cardData, { libraryName, transformersInfo }) : undefined
  const papers = findPapers(card?.body ?? '')
  const tags = composeTags({
    kind: readings.kind,
    cardData,
    libraryName,
    fileTags,
    modelType: isModel && readings.config ? textOf(readings.config, 'model_type') : undefined,
    pipelineTag,
    papers,
    baseRelation: baseRelationOf(readings, fileTags),
    extra: readings.kind === 'space' ? textList(ownValue(cardData, 'sdk')) : conversational(readings),
  })
  return withoutAbsent({
    cardData: card?.data ?? null,
    tags,
    pipelineTag,
    libraryName,
    licences: textList(ownValue(cardData, 'license')),
    languages: textList(ownValue(cardData, 'language')),
    baseModels: textList(ownValue(cardData, 'base_model')),
    datasets: textList(ownValue(cardData, 'datasets')),
    models: textList(ownValue(cardData, 'models')),
    papers,
    config: isModel ? summariseConfig(readings) : undefined,
    transformersInfo: libraryName === 'transformers' ? (transformersInfo ?? undefined) : undefined,
    maskToken: tokenText(readings.tokenizerConfig?.mask_token),
    safetensors: readings.safetensors ?? undefined,
    gguf: readings.gguf ? summariseGguf(readings.gguf) : undefined,
    onnx: readings.onnx ?? undefined,
    parameterCount: readings.safetensors?.total ?? readings.gguf?.totalParameters ?? readings.onnx?.totalParameters,
    sdk: readings.kind === 'space' ? textOf(cardData, 'sdk') : undefined,
    modelIndex: ownValue(cardData, 'model-index') ?? undefined,
    evalResults: readings.evalResults?.length ? readings.evalResults.slice(0, MAX_EVAL_RESULTS) : undefined,
    widgetData: ownValue(cardData, 'widget') ?? undefined,
    description: firstParagraph(card?.body ?? ''),
  })
}

function findTask(
  readings: RepoReadings,
  cardData: JsonObject,
  known: { libraryName: string | undefined; transformersInfo: TransformersInfo | null },
): string | undefined {
  const declared = textOf(cardData, 'pipeline_tag')
  if (declared && findPipelineTag(declared)) return declared
  const fromTags = textList(ownValue(cardData, 'tags')).find((tag) => tag !== 'other' && findPipelineTag(tag))
  if (fromTags) return fromTags
  if (known.libraryName === 'sentence-transformers') return 'sentence-similarity'
  if (readings.modelIndex) return inferDiffusersTask(readings.modelIndex)
  if (known.transformersInfo?.pipeline_tag) return known.transformersInfo.pipeline_tag
  if (readings.adapterConfig?.task_type === 'CAUSAL_LM') return 'text-generation'
  return readings.gguf?.metadata.has('tokenizer.ggml.model') && !isEmbeddingGguf(readings.gguf)
    ? 'text-generation'
    : undefined
}

function isEmbeddingGguf(gguf: GgufFacts): boolean {
  return /bert|embed/.test(String(gguf.metadata.get('general.architecture') ?? ''))
}

function baseRelationOf(readings: RepoReadings, fileTags: readonly string[]): string | undefined {
  if (readings.adapterConfig) return 'adapter'
  const isQuantised =
    readings.config?.quantization_config !== undefined ||
    (fileTags.includes('gguf') && !fileTags.includes('safetensors'))
  return isQuantised ? 'quantized' : undefined
}

function conversational(readings: RepoReadings): string[] {
  return chatTemplateOf(readings) === undefined ? [] : ['conversational']
}

function chatTemplateOf(readings: RepoReadings): string | undefined {
  const template = readings.tokenizerConfig?.chat_template ?? readings.gguf?.metadata.get('tokenizer.chat_template')
  if (typeof template === 'string') return template.length <= MAX_CHAT_TEMPLATE_CHARS ? template : undefined
  const named = Array.isArray(template)
    ? template.find((item) => isJsonObject(item) && item.name === 'default')
    : undefined
  return isJsonObject(named) && typeof named.template === 'string' ? named.template : undefined
}

const TOKENIZER_KEYS = ['bos_token', 'eos_token', 'pad_token', 'unk_token', 'mask_token', 'cls_token', 'sep_token']

/** The part of the configuration files that the Hub's `config` field carries. */
function summariseConfig(readings: RepoReadings): JsonObject | undefined {
  const summary: JsonObject = {}
  for (const key of ['architectures', 'model_type', 'auto_map', 'quantization_config']) {
    const value = readings.config ? ownValue(readings.config, key) : undefined
    if (value === undefined || value === null || JSON.stringify(value).length > 10_000) continue
    if (
      key === 'architectures'
        ? Array.isArray(value)
        : key === 'model_type'
          ? typeof value === 'string'
          : isJsonObject(value)
    )
      summary[key] = value
  }
  const tokenizer: JsonObject = {}
  for (const key of TOKENIZER_KEYS) {
    const token = tokenText(readings.tokenizerConfig?.[key])
    if (token !== undefined) tokenizer[key] = token
  }
  const template = chatTemplateOf(readings)
  if (template !== undefined && readings.tokenizerConfig) tokenizer.chat_template = template
  if (Object.keys(tokenizer).length > 0) summary.tokenizer_config = tokenizer
  const adapterBase = readings.adapterConfig ? textOf(readings.adapterConfig, 'base_model_name_or_path') : undefined
  if (adapterBase) summary.peft = { base_model_name_or_path: adapterBase }
  return Object.keys(summary).length > 0 ? summary : undefined
}

/** A special token is written as text or as an object with `content`. */
function tokenText(value: JsonValue | undefined): string | undefined {
  const text = isJsonObject(value) ? value.content : value
  return typeof text === 'string' && text.length <= 200 ? text : undefined
}

function summariseGguf(gguf: GgufFacts): GgufSummary {
  const architecture = gguf.metadata.get('general.architecture')
  const contextLength = gguf.metadata.get(`${String(architecture)}.context_length`)
  const template = gguf.metadata.get('tokenizer.chat_template')
  return {
    total: gguf.totalParameters,
    ...(typeof architecture === 'string' && architecture.length <= 100 ? { architecture } : {}),
    ...(typeof contextLength === 'number' ? { context_length: contextLength } : {}),
    ...(typeof template === 'string' && template.length <= MAX_CHAT_TEMPLATE_CHARS ? { chat_template: template } : {}),
  }
}

/** The first run of prose in a card: no headings, images, tables, code or HTML. */
function firstParagraph(body: string): string | undefined {
  let isCode = false
  for (const block of body.slice(0, 20_000).split(/\r?\n[ \t]*\r?\n/)) {
    const text = block.trim()
    if (text.startsWith('```')) isCode = !/```[ \t]*$/.test(text.slice(3))
    else if (isCode) isCode = !text.endsWith('```')
    else if (text !== '' && !/^(?:[#|<>!*+-]|\d+[.)]|\[!\[|={3,})/.test(text)) return plainText(text)
  }
  return undefined
}

function plainText(markdown: string): string | undefined {
  const text = markdown
    .slice(0, 4_000)
    .replace(/!\[[^\]]{0,500}\]\([^)]{0,1000}\)/g, '')
    .replace(/\[([^\]]{0,500})\]\([^)]{0,1000}\)/g, '$1')
    .replace(/<[^>]{0,500}>/g, '')
    .replace(/[*_`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return text === '' ? undefined : text.length > 300 ? `${text.slice(0, 297)}...` : text
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutAbsent<T extends object>(facts: T): Defined<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Defined<T>
}
