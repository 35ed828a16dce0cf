/** One path of the call doors and how it differs from the others. */
export interface CallDoor {
  /** Path at the upstream, behind its prefix; tasks have their own. */
  readonly upstreamPath: string
  readonly dialect: 'openai' | 'inference'
  /** Whether answers have tokens that a limit can bound. */
  readonly generates: boolean
  /** The model's name when it stands in the path instead of the body. */
  readonly model: string | null
  /** Task of the Hugging Face door; empty for the model's own. */
  readonly task: string | null
}

const OPENAI: Readonly<Record<string, CallDoor>> = {
  '/v1/chat/completions': openaiDoor('/chat/completions', true),
  '/v1/completions': openaiDoor('/completions', true),
  '/v1/embeddings': openaiDoor('/embeddings', false),
}
/** The router's own path, and the short one that clients use with a base URL of their own (hub-api 3.21, 3.22). */
const TASK_PREFIXES = ['/hf-inference/models/', '/models/']
const PIPELINE = '/pipeline/'
const TASKS = new Set(['text-classification', 'feature-extraction', 'text-generation'])
const MODEL_NAME = /^[\w.-]+(\/[\w.-]+)?(@[\w./-]+)?$/

/** Xet's store answers under `/v1/` too; those paths are not ours. */
const FOREIGN = /^\/v1\/(xorbs|shards|chunks|reconstructions|get_xorb|telemetry)\b/

/** Whether a request could be for these doors at all; asked for every request of the server. */
export function mayBeDoor(method: string | undefined, url: string): boolean {
  if (url.startsWith('/v1/')) return method !== 'OPTIONS'
  return method === 'POST' && (url.startsWith('/models/') || url.startsWith('/hf-inference/'))
}

export type FoundDoor = CallDoor | 'models' | 'unknown' | null

/** The door of a path; null when the router should answer, `unknown` when it is one of OpenAI's that we lack. */
export function findDoor(path: string): FoundDoor {
  const door = OPENAI[path]
  if (door) return door
  if (path === '/v1/models' || path.startsWith('/v1/models/')) return 'models'
  if (path.startsWith('/v1/')) return FOREIGN.test(path) ? null : 'unknown'
  const prefix = TASK_PREFIXES.find((one) => path.startsWith(one))
  return prefix === undefined ? null : readTaskPath(path.slice(prefix.length))
}

function readTaskPath(rest: string): FoundDoor {
  const at = rest.indexOf(PIPELINE)
  const model = decodePath(at === -1 ? rest : rest.slice(0, at))
  const task = at === -1 ? '' : rest.slice(at + PIPELINE.length)
  if (model === null || (task !== '' && !TASKS.has(task))) return null
  return { upstreamPath: '/tasks/', dialect: 'inference', generates: task === 'text-generation', model, task }
}

function decodePath(text: string): string | null {
  try {
    const name = decodeURIComponent(text)
    return MODEL_NAME.test(name) ? name : null
  } catch {
    return null
  }
}

function openaiDoor(upstreamPath: string, generates: boolean): CallDoor {
  return { upstreamPath, dialect: 'openai', generates, model: null, task: null }
}
