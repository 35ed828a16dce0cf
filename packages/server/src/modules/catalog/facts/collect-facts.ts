import {
  addParameterCounts,
  EVAL_RESULTS_FILE,
  type EvalResult,
  FormatError,
  type GgufFacts,
  isJsonObject,
  type JsonObject,
  MAX_CARD_CHARS,
  MAX_EVAL_RESULTS_BYTES,
  type OnnxFacts,
  type ParameterCounts,
  parseBoundedJson,
  type RepoFacts,
  type RepoReadings,
  readEvalResults,
  readGguf,
  readOnnx,
  readRepoFacts,
  readSafetensorsHeader,
  readSafetensorsIndex,
} from '@stoa/formats'
import type { CardWorker } from '../card/card-worker.js'
import type { RepoFile, RepoFiles } from './repo-files.js'

/** Longer cards are read in the thread that can be stopped. */
const MAX_QUICK_CARD_CHARS = 32_768
/** Longest JSON configuration file that is read. */
export const MAX_CONFIG_BYTES = 2 * 1024 * 1024
/** Longest safetensors index. */
export const MAX_INDEX_BYTES = 20 * 1024 * 1024
/** Shards whose headers are read for the parameter count. */
export const MAX_COUNTED_SHARDS = 300
/** Bytes of headers read for the parameter count. */
export const MAX_COUNTED_HEADER_BYTES = 64 * 1024 * 1024

/** Reads the facts of a repository from its files. Damaged or hostile files count as absent; only failing storage throws. */
export async function collectFacts(cards: CardWorker, kind: RepoReadings['kind'], repo: RepoFiles): Promise<RepoFacts> {
  const byPath = new Map(repo.files.map((file) => [file.path, file]))
  const readJson = (path: string): Promise<JsonObject | null> => readJsonFile(repo, byPath.get(path))
  const isModel = kind === 'model'
  const card = await readText(repo, byPath.get('README.md'), MAX_CARD_CHARS)
  const readings: RepoReadings = {
    kind,
    paths: repo.files.map((file) => file.path),
    card,
    config: isModel ? await readJson('config.json') : null,
    tokenizerConfig: isModel ? await readJson('tokenizer_config.json') : null,
    modelIndex: isModel ? await readJson('model_index.json') : null,
    adapterConfig: isModel ? await readJson('adapter_config.json') : null,
    safetensors: isModel ? await countSafetensors(repo, byPath) : null,
    gguf: isModel ? await readFirstGguf(repo) : null,
    onnx: isModel ? await readFirstOnnx(repo) : null,
    evalResults: isModel ? await readEvaluations(repo) : [],
  }
  if (card === null || card.length <= MAX_QUICK_CARD_CHARS) return readRepoFacts(readings)
  return (await cards.run({ kind: 'facts', readings })) ?? readRepoFacts({ ...readings, card: null })
}

/** The text of a file, or null when it is absent, too long or not UTF-8. */
export async function readText(repo: RepoFiles, file: RepoFile | undefined, maxBytes: number): Promise<string | null> {
  if (!file || file.sizeBytes > maxBytes) return null
  const source = await repo.open(file)
  const bytes = await source.read(0, source.sizeBytes)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

async function readJsonFile(repo: RepoFiles, file: RepoFile | undefined): Promise<JsonObject | null> {
  const text = await readText(repo, file, MAX_CONFIG_BYTES)
  const value = text === null ? null : parseBoundedJson(text)
  return isJsonObject(value) ? value : null
}

async function countSafetensors(
  repo: RepoFiles,
  byPath: ReadonlyMap<string, RepoFile>,
): Promise<ParameterCounts | null> {
  const whole = byPath.get('model.safetensors') ?? byPath.get('adapter_model.safetensors')
  if (whole) return readQuietly(async () => (await readSafetensorsHeader(await repo.open(whole))).parameters)
  const index = await readText(repo, byPath.get('model.safetensors.index.json'), MAX_INDEX_BYTES)
  const shards = index === null ? null : readSafetensorsIndex(index)?.shards
  if (!shards || shards.length > MAX_COUNTED_SHARDS) return null
  const counts: ParameterCounts[] = []
  let headerBytes = 0
  for (const name of shards) {
    const shard = byPath.get(name)
    const header = shard ? await readQuietly(async () => readSafetensorsHeader(await repo.open(shard))) : null
    headerBytes += header?.headerBytes ?? 0
    if (!header || headerBytes > MAX_COUNTED_HEADER_BYTES) return null
    counts.push(header.parameters)
  }
  return addParameterCounts(counts)
}

/** The first GGUF file that is no projector; of a split one the first part tells enough. */
function readFirstGguf(repo: RepoFiles): Promise<GgufFacts | null> | null {
  const file = repo.files.find(({ path }) => path.endsWith('.gguf') && !/mmproj|imatrix/i.test(path))
  return file ? readQuietly(async () => readGguf(await repo.open(file))) : null
}

function readFirstOnnx(repo: RepoFiles): Promise<OnnxFacts | null> | null {
  const models = repo.files.filter(({ path }) => path.endsWith('.onnx'))
  const file = models.find(({ path }) => /(?:^|\/)model\.onnx$/.test(path)) ?? models[0]
  return file ? readQuietly(async () => readOnnx(await repo.open(file))) : null
}

/** Files of results that are read. */
const MAX_EVALUATION_FILES = 50

async function readEvaluations(repo: RepoFiles): Promise<EvalResult[]> {
  const files = repo.files.filter(({ path }) => EVAL_RESULTS_FILE.test(path)).slice(0, MAX_EVALUATION_FILES)
  const results: EvalResult[] = []
  for (const file of files) {
    const text = await readText(repo, file, MAX_EVAL_RESULTS_BYTES)
    if (text === null) results.push({ filename: file.path, error: 'the file is too long or not UTF-8' })
    else results.push(...readEvalResults(file.path, text))
  }
  return results
}

async function readQuietly<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
