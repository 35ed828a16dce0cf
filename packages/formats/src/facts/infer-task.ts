import { textOf } from '../card/card-values.js'
import type { JsonObject } from '../json-value.js'

/** What a transformers checkpoint is loaded with: the auto class, its task and its processor (the Hub's `transformersInfo`). */
export interface TransformersInfo {
  readonly auto_model: string
  readonly custom_class?: string
  readonly pipeline_tag?: string
  readonly processor?: string
}

type Processor = 'AutoTokenizer' | 'AutoProcessor' | 'AutoImageProcessor' | 'AutoFeatureExtractor'
interface Head {
  readonly auto: string
  readonly task?: string
  readonly processor: Processor
}

const TEXT: Processor = 'AutoTokenizer'
const IMAGE: Processor = 'AutoImageProcessor'
const SOUND: Processor = 'AutoFeatureExtractor'
const MIXED: Processor = 'AutoProcessor'

/** The end of an architecture's name tells its head; the longest match wins, so longer endings stand first. */
const HEADS: readonly [ending: string, head: Head][] = [
  [
    'ForTableQuestionAnswering',
    { auto: 'AutoModelForTableQuestionAnswering', task: 'table-question-answering', processor: TEXT },
  ],
  [
    'ForVisualQuestionAnswering',
    { auto: 'AutoModelForVisualQuestionAnswering', task: 'visual-question-answering', processor: MIXED },
  ],
  [
    'ForDocumentQuestionAnswering',
    { auto: 'AutoModelForDocumentQuestionAnswering', task: 'document-question-answering', processor: MIXED },
  ],
  [
    'ForZeroShotImageClassification',
    { auto: 'AutoModelForZeroShotImageClassification', task: 'zero-shot-image-classification', processor: MIXED },
  ],
  [
    'ForZeroShotObjectDetection',
    { auto: 'AutoModelForZeroShotObjectDetection', task: 'zero-shot-object-detection', processor: MIXED },
  ],
  [
    'ForUniversalSegmentation',
    { auto: 'AutoModelForUniversalSegmentation', task: 'image-segmentation', processor: IMAGE },
  ],
  [
    'ForSemanticSegmentation',
    { auto: 'AutoModelForSemanticSegmentation', task: 'image-segmentation', processor: IMAGE },
  ],
  ['ForImageSegmentation', { auto: 'AutoModelForImageSegmentation', task: 'image-segmentation', processor: IMAGE }],
  [
    'ForSequenceClassification',
    { auto: 'AutoModelForSequenceClassification', task: 'text-classification', processor: TEXT },
  ],
  [
    'ForTokenClassification',
    { auto: 'AutoModelForTokenClassification', task: 'token-classification', processor: TEXT },
  ],
  ['ForQuestionAnswering', { auto: 'AutoModelForQuestionAnswering', task: 'question-answering', processor: TEXT }],
  ['ForMultipleChoice', { auto: 'AutoModelForMultipleChoice', task: 'multiple-choice', processor: TEXT }],
  [
    'ForVideoClassification',
    { auto: 'AutoModelForVideoClassification', task: 'video-classification', processor: IMAGE },
  ],
  [
    'ForImageClassification',
    { auto: 'AutoModelForImageClassification', task: 'image-classification', processor: IMAGE },
  ],
  [
    'ForAudioClassification',
    { auto: 'AutoModelForAudioClassification', task: 'audio-classification', processor: SOUND },
  ],
  ['ForObjectDetection', { auto: 'AutoModelForObjectDetection', task: 'object-detection', processor: IMAGE }],
  ['ForDepthEstimation', { auto: 'AutoModelForDepthEstimation', task: 'depth-estimation', processor: IMAGE }],
  ['ForKeypointDetection', { auto: 'AutoModelForKeypointDetection', task: 'keypoint-detection', processor: IMAGE }],
  ['ForImageTextToText', { auto: 'AutoModelForImageTextToText', task: 'image-text-to-text', processor: MIXED }],
  ['ForImageToImage', { auto: 'AutoModelForImageToImage', task: 'image-to-image', processor: IMAGE }],
  ['ForMaskGeneration', { auto: 'AutoModelForMaskGeneration', task: 'mask-generation', processor: MIXED }],
  ['ForSpeechSeq2Seq', { auto: 'AutoModelForSpeechSeq2Seq', task: 'automatic-speech-recognition', processor: MIXED }],
  ['ForTimeSeriesPrediction', { auto: 'AutoModel', task: 'time-series-forecasting', processor: TEXT }],
  ['ForCausalLM', { auto: 'AutoModelForCausalLM', task: 'text-generation', processor: TEXT }],
  ['LMHeadModel', { auto: 'AutoModelForCausalLM', task: 'text-generation', processor: TEXT }],
  ['ForMaskedLM', { auto: 'AutoModelForMaskedLM', task: 'fill-mask', processor: TEXT }],
  ['ForPreTraining', { auto: 'AutoModelForPreTraining', processor: TEXT }],
  ['ForCTC', { auto: 'AutoModelForCTC', task: 'automatic-speech-recognition', processor: MIXED }],
  ['MTModel', { auto: 'AutoModelForSeq2SeqLM', task: 'translation', processor: TEXT }],
]

const SPEECH = new Set(['whisper', 'speech_to_text', 'moonshine', 'speecht5', 'seamless_m4t', 'canary'])
const TRANSLATION = new Set(['marian', 'm2m_100', 'mbart', 'nllb', 'nllb-moe', 'fsmt', 'madlad'])
const SUMMARIZATION = new Set(['pegasus', 'pegasus_x', 'led', 'prophetnet'])
const SEQ2SEQ = new Set([
  't5',
  'mt5',
  'umt5',
  'longt5',
  'bart',
  'blenderbot',
  'blenderbot-small',
  'switch_transformers',
  'bigbird_pegasus',
  'encoder-decoder',
])
const CONTRASTIVE = new Set(['clip', 'siglip', 'siglip2', 'chinese_clip', 'align', 'altclip'])
const VISION_BACKBONES = new Set(['vit', 'dinov2', 'dinov3_vit', 'swin', 'convnext', 'beit', 'resnet', 'vit_mae'])
const CAPTIONING = new Set(['blip', 'vision-encoder-decoder', 'git', 'trocr'])

/** Facts of `config.json` for the transformers library, or null when it names no architecture. */
export function readTransformersInfo(config: JsonObject): TransformersInfo | null {
  const architectures = Array.isArray(config.architectures) ? config.architectures : []
  const architecture = architectures.find(
    (item): item is string => typeof item === 'string' && /^\w{1,200}$/.test(item),
  )
  const modelType = textOf(config, 'model_type') ?? ''
  if (!architecture) return null
  const isCustom = typeof config.auto_map === 'object' && config.auto_map !== null
  const { auto, task, processor } = findHead(architecture, modelType)
  return {
    auto_model: auto,
    ...(isCustom ? { custom_class: architecture } : {}),
    ...(task ? { pipeline_tag: task } : {}),
    processor,
  }
}

function findHead(architecture: string, modelType: string): Head {
  const name = architecture.replace(/^(?:TF|Flax)/, '')
  const known = HEADS.find(([ending]) => name.endsWith(ending))
  if (known) return known[1]
  if (name.endsWith('ForConditionalGeneration')) return generationHead(modelType)
  if (CONTRASTIVE.has(modelType))
    return { auto: 'AutoModelForZeroShotImageClassification', task: 'zero-shot-image-classification', processor: MIXED }
  if (VISION_BACKBONES.has(modelType)) return { auto: 'AutoModel', task: 'image-feature-extraction', processor: IMAGE }
  if (CAPTIONING.has(modelType)) return { auto: 'AutoModelForImageTextToText', task: 'image-to-text', processor: MIXED }
  if (name.endsWith('Model')) return { auto: 'AutoModel', task: 'feature-extraction', processor: TEXT }
  return { auto: 'AutoModel', processor: TEXT }
}

function generationHead(modelType: string): Head {
  if (SPEECH.has(modelType))
    return { auto: 'AutoModelForSpeechSeq2Seq', task: 'automatic-speech-recognition', processor: MIXED }
  if (TRANSLATION.has(modelType)) return { auto: 'AutoModelForSeq2SeqLM', task: 'translation', processor: TEXT }
  if (SUMMARIZATION.has(modelType)) return { auto: 'AutoModelForSeq2SeqLM', task: 'summarization', processor: TEXT }
  if (SEQ2SEQ.has(modelType)) return { auto: 'AutoModelForSeq2SeqLM', processor: TEXT }
  if (CAPTIONING.has(modelType)) return { auto: 'AutoModelForImageTextToText', task: 'image-to-text', processor: MIXED }
  if (modelType === 'musicgen' || modelType === 'bark')
    return { auto: 'AutoModelForTextToWaveform', task: 'text-to-audio', processor: MIXED }
  return { auto: 'AutoModelForImageTextToText', task: 'image-text-to-text', processor: MIXED }
}

const DIFFUSERS: readonly [RegExp, string][] = [
  [/Inpaint|Img2Img|Pix2Pix|ImageVariation|Upscale|InstructPix|Kontext|ImageEdit/, 'image-to-image'],
  [/ImageToVideo|StableVideoDiffusion|Image2Video/, 'image-to-video'],
  [/Video|AnimateDiff|WanPipeline|CogVideo|Mochi|LTX/, 'text-to-video'],
  [/Audio|MusicLDM/, 'text-to-audio'],
  [/^(?:DDPM|DDIM|ScoreSdeVe|PNDM|KarrasVe|LDM)Pipeline$/, 'unconditional-image-generation'],
]

/** Task of a diffusers pipeline class, from `model_index.json`. */
export function inferDiffusersTask(modelIndex: JsonObject): string | undefined {
  const name = textOf(modelIndex, '_class_name')
  if (!name) return undefined
  return (
    DIFFUSERS.find(([pattern]) => pattern.test(name))?.[1] ?? (name.endsWith('Pipeline') ? 'text-to-image' : undefined)
  )
}
