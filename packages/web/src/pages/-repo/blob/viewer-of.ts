export type Viewer = 'markdown' | 'image' | 'audio' | 'video' | 'weights' | 'table' | 'parquet' | 'text'

const byEnding: readonly (readonly [RegExp, Viewer])[] = [
  [/\.(md|markdown)$/i, 'markdown'],
  [/\.(png|jpe?g|gif|webp)$/i, 'image'],
  [/\.(aac|flac|m4a|mp3|oga|ogg|wav)$/i, 'audio'],
  [/\.(mp4|webm|mov)$/i, 'video'],
  [/\.(safetensors|gguf|onnx|pkl|pickle|pt|pth|bin|ckpt|joblib|npy|npz)$/i, 'weights'],
  [/\.(csv|tsv|jsonl|ndjson)$/i, 'table'],
  [/\.parquet$/i, 'parquet'],
]

/** How a file is shown, by its name: pictures and sound only in types that cannot run as a page; all else as text, if it is. */
export const viewerOf = (path: string): Viewer => byEnding.find(([pattern]) => pattern.test(path))?.[1] ?? 'text'

/** Kinds whose bytes are not read as text. */
export const isBytes = (viewer: Viewer): boolean => !['markdown', 'table', 'text'].includes(viewer)
