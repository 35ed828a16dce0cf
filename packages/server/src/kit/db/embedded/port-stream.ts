import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/** One client connection to the embedded database, in the form `pg` expects of a socket. */
export class PortStream extends Duplex {
  readonly #openPort: () => Promise<MessagePort>
  #port: MessagePort | null = null

  constructor(openPort: () => Promise<MessagePort>) {
    super()
    this.#openPort = openPort
  }

  connect(): this {
    this.#openPort().then(
      (port) => this.#attach(port),
      (error: unknown) => this.destroy(error as Error),
    )
    return this
  }

  #attach(port: MessagePort): void {
    if (this.destroyed) {
      port.close()
      return
    }
    this.#port = port
    port.on('message', (piece: Uint8Array) => this.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)))
    port.on('close', () => this.destroy(this.#isEnding() ? undefined : connectionLost()))
    this.emit('connect')
  }

  #isEnding(): boolean {
    return this.writableEnded || this.destroyed
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const copy = Uint8Array.from(chunk)
    this.#port?.postMessage(copy, [copy.buffer])
    done()
  }

  /** `pg` writes a statement in five pieces; they travel as one message. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const whole = new Uint8Array(chunks.reduce((sum, { chunk }) => sum + chunk.byteLength, 0))
    let at = 0
    for (const { chunk } of chunks) {
      whole.set(chunk, at)
      at += chunk.byteLength
    }
    this.#port?.postMessage(whole, [whole.buffer])
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#port?.postMessage(null)
    done()
    this.destroy()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#port?.postMessage(null)
    this.#port?.close()
    this.#port = null
    done(error)
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    this.#port?.ref()
    return this
  }

  unref(): this {
    this.#port?.unref()
    return this
  }
}

function connectionLost(): Error {
  return Object.assign(new Error('the embedded database stopped'), { code: 'ECONNRESET' })
}
