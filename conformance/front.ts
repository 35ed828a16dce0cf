import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Transform } from 'node:stream'

/** Bodies of at least this size are cut, when cutting is asked for … */
const CUT_FROM_BYTES = 14 * 1024 * 1024
/** … after so many of their bytes: the Python client keeps what it has of a download in steps of 10 MB. */
const CUT_AT_BYTES = 12 * 1024 * 1024

/** What stands between the clients and the servers of a run. */
export interface Front {
  readonly url: string
  /** How many transfers were cut, and how many requests asked for the rest of something. */
  readonly cuts: number
  readonly ranges: number
  /** Bytes of bodies that clients sent. */
  readonly sentBytes: number
  /** The addresses that take turns, request by request. */
  serve(backends: readonly string[]): void
  close(): Promise<void>
}

/**
 * The dumbest proxy: each request goes to the next server, whoever asks, with headers and bytes as they came. With `cuts`,
 * the first transfer of each large body, up or down, loses its connection in the middle.
 */
export async function openFront(options: { cuts?: boolean } = {}): Promise<Front> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const seen = new Set<string>()
  let backends: readonly string[] = []
  let turn = 0
  let cuts = 0
  let ranges = 0
  let sentBytes = 0

  /** Passes bytes on; breaks the line once per method and path when the body is large. */
  const wire = (key: string, sizeBytes: number, sockets: () => readonly (Socket | null)[]): Transform => {
    const isCut = options.cuts === true && sizeBytes >= CUT_FROM_BYTES && !seen.has(key)
    if (isCut) seen.add(key)
    let passed = 0
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        passed += chunk.length
        if (!isCut || passed < CUT_AT_BYTES) return done(null, chunk)
        cuts += 1
        for (const socket of sockets()) socket?.destroy()
        return undefined
      },
    })
  }

  const pass = (incoming: IncomingMessage, answer: ServerResponse): void => {
    if (incoming.headers.range !== undefined) ranges += 1
    const backend = new URL(backends[turn++ % backends.length] ?? '')
    const key = `${incoming.method} ${incoming.url?.split('?')[0]}`
    const outgoing = request({
      agent,
      host: backend.hostname,
      port: backend.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.rawHeaders as unknown as Record<string, string>,
    })
    const sockets = (): readonly (Socket | null)[] => [incoming.socket, outgoing.socket]
    outgoing.on('continue', () => answer.writeContinue())
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders)
      response.on('error', () => incoming.socket.destroy())
      response.pipe(wire(key, Number(response.headers['content-length'] ?? 0), sockets)).pipe(answer)
    })
    outgoing.on('error', () => incoming.socket.destroy())
    incoming.on('error', () => outgoing.destroy())
    incoming.on('data', (chunk: Buffer) => {
      sentBytes += chunk.length
    })
    answer.on('close', () => {
      if (!answer.writableFinished) outgoing.destroy()
    })
    incoming.pipe(wire(`up ${key}`, Number(incoming.headers['content-length'] ?? 0), sockets)).pipe(outgoing)
  }

  const server = createServer({ requestTimeout: 0 }, pass)
  server.on('checkContinue', pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts
    },
    get ranges() {
      return ranges
    },
    get sentBytes() {
      return sentBytes
    },
    serve: (addresses) => {
      backends = addresses
    },
    close: async () => {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
