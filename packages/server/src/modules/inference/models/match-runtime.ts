import type { RuntimeKind } from '../../runtimes/index.js'

/** A file as a runtime sees it. */
export interface MatchFile {
  readonly path: string
  readonly sizeBytes: number
}

/** How a repository's files can be served. */
export interface RuntimeMatch {
  readonly runtime: RuntimeKind
  readonly modelFile: string
  /** Everything the replica needs, the model file included. */
  readonly paths: readonly string[]
  /** For people: why this file and not another. */
  readonly why: string
}

const MAX_SIDE_BYTES = 64 * 1024 * 1024
const SIDE_FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
]
/** Best trade of quality and speed on a processor first. */
const QUANTISATIONS = ['q4_k_m', 'q5_k_m', 'q4_k_s', 'q8_0', 'q6_k', 'q4_0', 'f16', 'bf16', 'f32']
const ONNX_FILES = ['onnx/model.onnx', 'model.onnx', 'onnx/model_quantized.onnx', 'model_quantized.onnx']
const PART_OF_MANY = /-\d{5}-of-\d{5}\.gguf$/i

/** The best runtime for a set of files, null when none here can serve them. A GGUF wins over ONNX. */
export function matchRuntime(files: readonly MatchFile[], wanted: RuntimeKind | null = null): RuntimeMatch | null {
  const llama = wanted === 'onnx' ? null : matchLlama(files)
  return llama ?? (wanted === 'llama' ? null : matchOnnx(files))
}

function matchLlama(files: readonly MatchFile[]): RuntimeMatch | null {
  const models = files.filter(({ path }) => /\.gguf$/i.test(path) && !/mmproj/i.test(path) && !PART_OF_MANY.test(path))
  const [best] = models.sort((left, right) => rank(left) - rank(right) || left.sizeBytes - right.sizeBytes)
  if (!best) return null
  return {
    runtime: 'llama',
    modelFile: best.path,
    paths: withSides(files, [best.path]),
    why: `${best.path} is a GGUF file`,
  }
}

function rank({ path }: MatchFile): number {
  const name = path.toLowerCase()
  const at = QUANTISATIONS.findIndex((quantisation) => name.includes(quantisation))
  return at === -1 ? QUANTISATIONS.length : at
}

function matchOnnx(files: readonly MatchFile[]): RuntimeMatch | null {
  const known = new Set(files.map(({ path }) => path))
  const modelFile = ONNX_FILES.find((path) => known.has(path))
  if (modelFile === undefined || !known.has('tokenizer.json')) return null
  const data = [`${modelFile}_data`, `${modelFile}.data`].filter((path) => known.has(path))
  return {
    runtime: 'onnx',
    modelFile,
    paths: withSides(files, [modelFile, ...data]),
    why: `${modelFile} with tokenizer.json is an encoder`,
  }
}

function withSides(files: readonly MatchFile[], main: readonly string[]): string[] {
  const sides = files.filter(({ path, sizeBytes }) => SIDE_FILES.includes(path) && sizeBytes <= MAX_SIDE_BYTES)
  return [...main, ...sides.map(({ path }) => path)]
}
