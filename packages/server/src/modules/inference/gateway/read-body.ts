import type { IncomingMessage } from 'node:http'
import { refuse, type StoaError } from '@stoa/contracts'

/** Largest call: long contexts and batches of embeddings fit. */
export const MAX_CALL_BYTES = 16 * 1024 * 1024

/** Gathers a request body and hands it over once; a body past the limit is refused as soon as that is known. */
export function readBody(
  request: IncomingMessage,
  done: (body: Buffer) => void,
  fail: (error: StoaError) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > MAX_CALL_BYTES) return fail(tooLarge())
  let first: Buffer | null = null
  let more: Buffer[] | null = null
  let size = 0
  let isOver = false
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (isOver) return
    if (size > MAX_CALL_BYTES) {
      isOver = true
      return fail(tooLarge())
    }
    if (first === null) first = chunk
    else (more ??= [first]).push(chunk)
  })
  request.on('end', () => {
    if (!isOver) done(more ? Buffer.concat(more, size) : (first ?? Buffer.alloc(0)))
  })
}

function tooLarge(): StoaError {
  return refuse('BodyTooLarge', `A call may have at most ${MAX_CALL_BYTES} bytes.`)
}
