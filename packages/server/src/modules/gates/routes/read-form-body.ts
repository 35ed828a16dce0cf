import { refuse } from '@stoa/contracts'
import type { FastifyRequest } from 'fastify'

const MAX_FIELDS = 200

/** Fields of a body that is a form as browsers and Python send it, or a JSON object. Throws `BodyTooLarge`, `UnsupportedMediaType`. */
export async function readFormBody(request: FastifyRequest, maxBytes: number): Promise<Record<string, unknown>> {
  const body = request.body as AsyncIterable<Uint8Array> | object | null | undefined
  if (body === null || body === undefined) return {}
  if (!(Symbol.asyncIterator in body)) return body as Record<string, unknown>
  const text = await readText(body, maxBytes)
  if (text !== '' && !/^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '')) {
    throw refuse('UnsupportedMediaType', 'Send a form (application/x-www-form-urlencoded) or JSON.')
  }
  const pairs = [...new URLSearchParams(text)]
  if (pairs.length > MAX_FIELDS) throw refuse('InvalidRequest', `A form has ${MAX_FIELDS} fields at most.`)
  return Object.fromEntries(pairs)
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of body) {
    total += chunk.byteLength
    if (total > maxBytes) throw refuse('BodyTooLarge')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
