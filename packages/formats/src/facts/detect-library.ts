import type { JsonObject } from '../json-value.js'

/** Paths of a repository that are looked at. */
export const MAX_DETECTED_PATHS = 20_000

const FILE_TAGS: readonly [RegExp, string][] = [
  [
    /(?:^|\/)(?:pytorch_model|model|diffusion_pytorch_model|adapter_model|consolidated)[^/]*\.(?:bin|pt|pth)$/,
    'pytorch',
  ],
  [/\.safetensors$/, 'safetensors'],
  [/(?:^|\/)tf_model[^/]*\.h5$|(?:^|\/)saved_model\.pb$/, 'tf'],
  [/(?:^|\/)flax_model[^/]*\.msgpack$/, 'jax'],
  [/\.onnx$/, 'onnx'],
  [/\.gguf$/, 'gguf'],
  [/\.tflite$/, 'tflite'],
  [/\.keras$/, 'keras'],
  [/\.(?:mlmodel|mlpackage\/.*)$/, 'coreml'],
  [/(?:^|\/)openvino_model[^/]*\.xml$/, 'openvino'],
  [/(?:^|\/)rust_model\.ot$/, 'rust'],
  [/\.nemo$/, 'nemo'],
  [/(?:^|\/)events\.out\.tfevents[^/]*$/, 'tensorboard'],
  [/\.(?:joblib|skops)$/, 'joblib'],
]

/** Weight and file-format tags that the paths of a model repository show, in a fixed order. */
export function detectFileTags(paths: readonly string[]): string[] {
  const looked = paths.slice(0, MAX_DETECTED_PATHS)
  return FILE_TAGS.filter(([pattern]) => looked.some((path) => pattern.test(path))).map(([, tag]) => tag)
}

/** The files at the root by which libraries are told apart, strongest sign first. */
const SIGNS: readonly [file: string, library: string][] = [
  ['modules.json', 'sentence-transformers'],
  ['adapter_config.json', 'peft'],
  ['model_index.json', 'diffusers'],
  ['config_setfit.json', 'setfit'],
  ['open_clip_config.json', 'open_clip'],
  ['config_sentence_transformers.json', 'sentence-transformers'],
  ['hyperparams.yaml', 'speechbrain'],
]

/**
 * The library a model repository is loaded with, as far as its files tell. A card's `library_name` wins over this.
 * `config` is the parsed `config.json`, if there is one.
 */
export function detectLibrary(paths: readonly string[], config: JsonObject | null): string | undefined {
  const looked = paths.slice(0, MAX_DETECTED_PATHS)
  const present = new Set(looked)
  const sign = SIGNS.find(([file]) => present.has(file))
  if (sign) return sign[1]
  if (config && typeof config.architecture === 'string' && 'pretrained_cfg' in config) return 'timm'
  if (config && (Array.isArray(config.architectures) || typeof config.model_type === 'string')) return 'transformers'
  const has = (ending: string): boolean => looked.some((path) => path.endsWith(ending))
  if (has('.gguf')) return 'gguf'
  if (has('.keras')) return 'keras'
  if (has('.nemo')) return 'nemo'
  if (has('.skops') || has('.joblib')) return 'sklearn'
  if (looked.some((path) => /(?:^|\/)stable-baselines3|_stable_baselines3_version$/.test(path)))
    return 'stable-baselines3'
  if (has('.onnx')) return 'onnx'
  return undefined
}
