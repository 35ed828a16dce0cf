import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import { refuse } from '@stoa/contracts'
import type { SpoolRoom } from './spool.js'

/** Largest `git-upload-pack` request: some 400,000 object ids. */
export const MAX_FETCH_BODY_BYTES = 24 * 1024 * 1024

/** How far a gzipped body may unpack beyond a free part: git's own bodies are hex and packs, which hardly shrink. */
const MAX_RATIO = 100
const FREE_BYTES = 1024 * 1024

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
  let sentBytes = 0
  if (encoding !== 'identity') request.on('data', (chunk: Buffer) => void (sentBytes += chunk.length))
  try {
    for await (const chunk of source) {
      sizeBytes += (chunk as Buffer).length
      if (sizeBytes > maxBytes) throw refuse('BodyTooLarge', `This request may have at most ${maxBytes} bytes.`)
      if (encoding !== 'identity' && sizeBytes > FREE_BYTES + sentBytes * MAX_RATIO)
        throw refuse('BodyTooLarge', 'This body unpacks to far more than was sent.')
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

/** Bytes of a request that are kept, and leave to forget them. */
export interface HeldBody {
  readonly bytes: Buffer
  release(): void
}

/** Bodies up to this are taken whatever else is going on. */
const SMALL_BODY_BYTES = 64 * 1024
/** What a body costs beside its bytes once it is read line by line. */
const READING_FACTOR = 4

/** The whole of a body. A long one takes room, which its reader gives back. Throws `Unavailable` when there is none. */
export async function holdBody(request: IncomingMessage, maxBytes: number, room: SpoolRoom): Promise<HeldBody> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  let roomBytes = 0
  const release = (): void => {
    room.free(roomBytes)
    roomBytes = 0
  }
  try {
    for await (const part of readBody(request, maxBytes)) {
      sizeBytes += part.length
      const wanted = part.length * READING_FACTOR
      if (sizeBytes > SMALL_BODY_BYTES && !room.take(wanted))
        throw refuse('Unavailable', 'Too many large requests are being read. Try again shortly.')
      if (sizeBytes > SMALL_BODY_BYTES) roomBytes += wanted
      parts.push(part)
    }
  } catch (error) {
    release()
    throw error
  }
  return { bytes: Buffer.concat(parts), release }
}
