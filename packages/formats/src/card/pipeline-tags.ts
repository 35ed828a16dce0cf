/** Broad kinds of task, as people browse them. */
export type Modality = 'nlp' | 'audio' | 'cv' | 'multimodal' | 'tabular' | 'rl' | 'other'

/** A task a model can be tagged with: its label for people and its modality. */
export interface PipelineTag {
  readonly id: string
  readonly label: string
  readonly modality: Modality
}

const BY_MODALITY: Readonly<Record<Modality, string>> = {
  nlp:
    'text-classification token-classification table-question-answering question-answering zero-shot-classification translation ' +
    'summarization feature-extraction text-generation fill-mask sentence-similarity table-to-text multiple-choice text-ranking text-retrieval',
  audio:
    'text-to-speech text-to-audio automatic-speech-recognition audio-to-audio audio-classification voice-activity-detection',
  cv:
    'depth-estimation image-classification object-detection image-segmentation text-to-image image-to-text image-to-image ' +
    'image-to-video unconditional-image-generation video-classification text-to-video zero-shot-image-classification mask-generation ' +
    'zero-shot-object-detection text-to-3d image-to-3d image-feature-extraction keypoint-detection video-to-video',
  multimodal:
    'audio-text-to-text image-text-to-text image-text-to-image image-text-to-video visual-question-answering ' +
    'document-question-answering video-text-to-text visual-document-retrieval any-to-any',
  tabular: 'tabular-classification tabular-regression tabular-to-text time-series-forecasting',
  rl: 'reinforcement-learning robotics',
  other: 'graph-ml other',
}

const SPECIAL_LABELS: Readonly<Record<string, string>> = {
  'fill-mask': 'Fill-Mask',
  'zero-shot-classification': 'Zero-Shot Classification',
  'zero-shot-image-classification': 'Zero-Shot Image Classification',
  'zero-shot-object-detection': 'Zero-Shot Object Detection',
  'graph-ml': 'Graph Machine Learning',
  'text-to-3d': 'Text-to-3D',
  'image-to-3d': 'Image-to-3D',
}

/** Every task the Hub knows, in the order of its own task list (names as clients send them). */
export const PIPELINE_TAGS: readonly PipelineTag[] = Object.entries(BY_MODALITY).flatMap(([modality, ids]) =>
  ids.split(' ').map((id) => ({ id, label: SPECIAL_LABELS[id] ?? labelOf(id), modality: modality as Modality })),
)

const BY_ID = new Map(PIPELINE_TAGS.map((tag) => [tag.id, tag]))

/** The task with this id, if it is a known one. */
export function findPipelineTag(id: string): PipelineTag | undefined {
  return BY_ID.get(id)
}

function labelOf(id: string): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return id.includes('-to-') || id === 'any-to-any' ? words.join('-').replaceAll('-To-', '-to-') : words.join(' ')
}

/** Task categories a dataset card may name besides the pipeline tags. */
export const DATASET_TASK_CATEGORIES: readonly string[] = [
  'text2text-generation',
  'text-generation',
  'image-captioning',
  'conversational',
  'tabular-to-text',
  'time-series-forecasting',
  'text-retrieval',
  'other',
]

/** Size classes of a dataset card. */
export const SIZE_CATEGORIES: readonly string[] = [
  'n<1K',
  '1K<n<10K',
  '10K<n<100K',
  '100K<n<1M',
  '1M<n<10M',
  '10M<n<100M',
  '100M<n<1B',
  '1B<n<10B',
  '10B<n<100B',
  '100B<n<1T',
  'n>1T',
]
