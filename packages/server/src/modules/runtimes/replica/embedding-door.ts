import { type Exchange, readJsonBody, sendJson } from './exchange.js'
import type { LoadedModel } from './port.js'
import { readPrompts } from './read-params.js'
import { invalid, unsupported, wrongTask } from './refusal.js'

const MAX_INPUTS = 2_048
const KNOWN = new Set(['model', 'input', 'encoding_format', 'user'])

/** `/v1/embeddings`: unit vectors, as base64 little-endian float32 when the client asks (both SDKs do). */
export async function answerEmbeddings(exchange: Exchange, model: LoadedModel): Promise<void> {
  const body = await readJsonBody(exchange.request)
  for (const key of Object.keys(body)) if (!KNOWN.has(key)) throw unsupported(key)
  const format = body['encoding_format'] ?? 'float'
  if (format !== 'float' && format !== 'base64') throw invalid('encoding_format', 'encoding_format is float or base64.')
  if (!model.embed) throw wrongTask('embeddings')
  const inputs = readPrompts(body['input'], 'input', MAX_INPUTS)
  const { vectors, inputTokens } = await model.embed(inputs, exchange.signal)
  exchange.usage.inputTokens = inputTokens
  sendJson(exchange, {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'base64' ? toBase64(vector) : Array.from(vector),
    })),
    model: typeof body['model'] === 'string' ? body['model'] : '',
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  })
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4)
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4))
  return bytes.toString('base64')
}
