import { Readable } from 'node:stream'
import { refuse } from '@stoa/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { FileBytes } from './file-bytes.js'

/** Half-open byte range. */
export interface ByteRange {
  readonly start: number
  readonly endExclusive: number
}

/** Something that can be sent: its size, and a way to read any part of it. */
export interface ByteSource {
  readonly sizeBytes: number
  /** Quoted entity tag; enables `If-Range` and `If-None-Match`. */
  readonly etag?: string
  /** A file that can be read directly; preferred over `open`. */
  readonly localPath?: string
  open(range: ByteRange): Promise<Readable>
}

/** Sends bytes with `Range`, `HEAD`, `If-None-Match` and `If-Range` handled (RFC 9110 §13–14; one range at most). */
export async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  source: ByteSource,
): Promise<FastifyReply> {
  reply.header('accept-ranges', 'bytes')
  if (source.etag) reply.header('etag', source.etag)
  if (source.etag && request.headers['if-none-match'] === source.etag) return reply.code(304).send()
  const range = rangeOf(request, source)
  const { start, endExclusive } = range ?? { start: 0, endExclusive: source.sizeBytes }
  if (range) {
    reply.code(206).header('content-range', `bytes ${start}-${endExclusive - 1}/${source.sizeBytes}`)
  }
  reply.header('content-length', endExclusive - start)
  // An empty stream keeps the length above; Fastify writes its own for anything else sent to a HEAD.
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  if (endExclusive === start) return reply.send('')
  return reply.send(
    source.localPath
      ? new FileBytes(source.localPath, start, endExclusive)
      : await source.open({ start, endExclusive }),
  )
}

function rangeOf(request: FastifyRequest, source: ByteSource): ByteRange | null {
  const header = request.headers.range
  if (header === undefined) return null
  const condition = request.headers['if-range']
  if (condition !== undefined && condition !== source.etag) return null
  const range = parseRange(header, source.sizeBytes)
  if (range === 'unsatisfiable') {
    throw refuse('RangeNotSatisfiable', undefined, {}, { headers: { 'content-range': `bytes */${source.sizeBytes}` } })
  }
  return range
}

/** One `bytes=` range against a size; null when the header is to be ignored. */
export function parseRange(header: string, sizeBytes: number): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim())
  if (!match) return null
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return null
  if (first === '') {
    const suffix = Number(last)
    return suffix === 0 || sizeBytes === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, sizeBytes - suffix), endExclusive: sizeBytes }
  }
  const start = Number(first)
  if (start >= sizeBytes) return 'unsatisfiable'
  if (last !== '' && Number(last) < start) return null
  return { start, endExclusive: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) }
}
