import { compileGlob, type Glob, matchesGlob } from './glob.js'

const MAX_RULES = 2000
const MAX_CHARS = 512 * 1024

/** Lines of a `.gitattributes` that say something about the LFS filter, in file order. */
export interface LfsAttributes {
  readonly rules: readonly { readonly glob: Glob; readonly isLfs: boolean }[]
}

/** Reads `.gitattributes` (gitattributes(5)); lines past the limits and lines that make no sense are skipped. */
export function parseLfsAttributes(text: string): LfsAttributes {
  const rules: { glob: Glob; isLfs: boolean }[] = []
  for (const line of text.slice(0, MAX_CHARS).split('\n')) {
    if (rules.length >= MAX_RULES) break
    const parsed = parseLine(line.trim())
    const glob = parsed ? compileGlob(parsed.pattern) : null
    if (parsed && glob) rules.push({ glob, isLfs: parsed.isLfs })
  }
  return { rules }
}

function parseLine(line: string): { pattern: string; isLfs: boolean } | null {
  if (line === '' || line.startsWith('#') || line.startsWith('[attr]')) return null
  const quoted = /^"((?:[^"\\]|\\.)*)"\s+(.*)$/.exec(line)
  const [, pattern = '', rest = ''] = quoted ?? /^(\S+)\s+(.*)$/.exec(line) ?? []
  const attributes = rest.split(/\s+/)
  const filter = attributes.findLast((word) => /^[-!]?filter(=|$)/.test(word))
  if (pattern === '' || filter === undefined || pattern.startsWith('!')) return null
  return { pattern: quoted ? pattern.replace(/\\(.)/g, '$1') : pattern, isLfs: filter === 'filter=lfs' }
}

/** Whether the path travels through LFS; the last line that matches decides. */
export function isLfsPath(attributes: LfsAttributes, path: string): boolean {
  return attributes.rules.findLast((rule) => matchesGlob(rule.glob, path))?.isLfs ?? false
}

const MODEL_PATTERNS =
  '*.7z *.arrow *.bin *.bz2 *.ckpt *.ftz *.gguf *.gz *.h5 *.joblib *.lfs.* *.mlmodel *.model *.msgpack *.npy *.npz *.onnx *.ot *.parquet *.pb *.pickle *.pkl *.pt *.pth *.rar *.safetensors saved_model/**/* *.tar.* *.tar *.tflite *.tgz *.wasm *.xz *.zip *.zst *tfevents*'
const MEDIA_PATTERNS =
  '*.lz4 *.mds *.pcm *.sam *.raw *.aac *.flac *.mp3 *.ogg *.wav *.bmp *.gif *.png *.tiff *.jpg *.jpeg *.webp *.mp4 *.webm'

/** The `.gitattributes` a new repository starts with (hub-api 4.4). */
export function defaultAttributes(type: 'model' | 'dataset' | 'space' | 'kernel'): string {
  const patterns = type === 'dataset' ? `${MODEL_PATTERNS} ${MEDIA_PATTERNS}` : MODEL_PATTERNS
  return patterns
    .split(' ')
    .map((pattern) => `${pattern} filter=lfs diff=lfs merge=lfs -text\n`)
    .join('')
}
