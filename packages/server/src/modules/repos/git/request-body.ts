import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import { refuse } from '@stoa/contracts'

/** Largest `git-upload-pack` request: some 400,000 object ids. */
export const MAX_FETCH_BODY_BYTES = 24 * 1024 * 1024

/**
 * The body of a request, inflated when it came gzipped; at most `maxBytes` of it. Throws `BodyTooLarge`, `InvalidBody`,
 * `UnsupportedMediaType`.
 */
export async function* readBody(request: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    throw refuse('UnsupportedMediaType', 'Only gzip is understood here.')
  const source = encoding === 'identity' ? request : inflate(request)
  let sizeBytes = 0
  try {
    for await (const chunk of source) {
      sizeBytes += (chunk as Buffer).length
      if (sizeBytes > maxBytes) throw refuse('BodyTooLarge', `This request may have at most ${maxBytes} bytes.`)
      yield chunk as Buffer
    }
  } catch (error) {
    if (isZlibError(error)) throw refuse('InvalidBody', 'The gzip body is damaged.')
    throw error
  }
}

function inflate(request: IncomingMessage): NodeJS.ReadableStream & AsyncIterable<unknown> {
  const gunzip = createGunzip()
  request.once('error', (error) => gunzip.destroy(error))
  request.once('close', () => {
    if (!request.complete) gunzip.destroy(new Error('the request was cut'))
  })
  return request.pipe(gunzip)
}

const isZlibError = (error: unknown): boolean =>
  typeof (error as { code?: unknown }).code === 'string' && /^Z_|^ERR_ZLIB/.test((error as { code: string }).code)

/** The whole of a small body. */
export async function collectBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of readBody(request, maxBytes)) parts.push(part)
  return Buffer.concat(parts)
}
