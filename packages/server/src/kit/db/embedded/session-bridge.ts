import type { MessagePort } from 'node:worker_threads'
import { AnswerTail, ExchangeReader, fatalAnswer, queryMessage, startupAnswer, type TransactionState } from './wire.js'

/** The engine: runs one exchange and calls back with each piece of the answer. */
export type RunExchange = (bytes: Uint8Array, onAnswer: (piece: Uint8Array) => void) => Promise<void>

interface BridgeOptions {
  run: RunExchange
  serverVersion: string
  /** A transaction whose client says nothing for this long is rolled back: it stops everybody else. */
  idleTransactionMs: number
  /** Called when an exchange starts and ends, for the watchdog of the other thread. */
  onBusy(isBusy: boolean): void
  onCrash(error: Error): void
}

interface Waiting {
  session: Session
  bytes: Uint8Array
}

interface Session {
  port: MessagePort
  reader: ExchangeReader
  isOpen: boolean
}

/**
 * Gives many client connections turns on one PostgreSQL session. A turn is a whole exchange (a simple query, or
 * everything up to Sync); while a transaction is open only its client gets turns.
 */
export class SessionBridge {
  readonly #options: BridgeOptions
  readonly #sessions = new Set<Session>()
  #waiting: Waiting[] = []
  #owner: Session | null = null
  #isRunning = false
  #idleTimer: NodeJS.Timeout | null = null

  constructor(options: BridgeOptions) {
    this.#options = options
  }

  accept(port: MessagePort): void {
    const session: Session = { port, reader: new ExchangeReader(), isOpen: true }
    this.#sessions.add(session)
    port.on('message', (chunk: Uint8Array | null) => {
      if (chunk === null) this.#leave(session)
      else this.#receive(session, chunk)
    })
    port.on('close', () => this.#leave(session))
  }

  #receive(session: Session, chunk: Uint8Array): void {
    try {
      for (const exchange of session.reader.push(chunk)) {
        if (exchange.kind === 'startup') send(session, startupAnswer(this.#options.serverVersion))
        else if (exchange.kind === 'refuseSsl') send(session, Buffer.from('N'))
        else if (exchange.kind === 'messages') this.#waiting.push({ session, bytes: exchange.bytes })
        else this.#leave(session)
      }
    } catch (error) {
      send(session, fatalAnswer('08P01', (error as Error).message))
      this.#leave(session)
    }
    void this.#serve()
  }

  #leave(session: Session): void {
    if (!session.isOpen) return
    session.isOpen = false
    this.#sessions.delete(session)
    this.#waiting = this.#waiting.filter((entry) => entry.session !== session)
    session.port.close()
    void this.#serve()
  }

  async #serve(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#clearIdleTimer()
    try {
      for (let next = this.#next(); next !== null; next = this.#next()) {
        const state = await this.#turn(next)
        this.#owner = state === 'idle' ? null : next.session
      }
      if (this.#owner !== null) this.#startIdleTimer(this.#owner)
    } catch (error) {
      this.#options.onCrash(error as Error)
      return
    } finally {
      this.#isRunning = false
    }
  }

  #next(): Waiting | null {
    const owner = this.#owner
    if (owner !== null && !owner.isOpen) return { session: owner, bytes: queryMessage('rollback') }
    const index = owner === null ? 0 : this.#waiting.findIndex((entry) => entry.session === owner)
    return this.#waiting.splice(index, index < 0 ? 0 : 1)[0] ?? null
  }

  async #turn({ session, bytes }: Waiting): Promise<TransactionState> {
    const tail = new AnswerTail()
    const answer = new AnswerBuffer(session)
    this.#options.onBusy(true)
    await this.#options.run(bytes, (piece) => {
      tail.push(piece)
      answer.push(piece)
    })
    answer.flush()
    this.#options.onBusy(false)
    const state = tail.state()
    if (state === null) throw new Error('the database engine gave an incomplete answer')
    return state
  }

  #startIdleTimer(owner: Session): void {
    const limit = this.#options.idleTransactionMs
    this.#idleTimer = setTimeout(() => {
      const advice = 'was something other than the transaction awaited inside it?'
      send(owner, fatalAnswer('25P03', `a transaction stood still for ${limit} ms and was rolled back: ${advice}`))
      this.#leave(owner)
    }, limit)
  }

  #clearIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer)
    this.#idleTimer = null
  }
}

const MESSAGE_BYTES = 64 * 1024
/** Handing memory over costs more than copying a little of it. */
const TRANSFER_BYTES = 4 * 1024

/** Gathers the small pieces of an answer, each of which may be a view of the engine's own memory, into few messages. */
class AnswerBuffer {
  readonly #session: Session
  #pieces: Uint8Array[] = []
  #sizeBytes = 0

  constructor(session: Session) {
    this.#session = session
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(Uint8Array.from(piece))
    this.#sizeBytes += piece.byteLength
    if (this.#sizeBytes >= MESSAGE_BYTES) this.flush()
  }

  flush(): void {
    const [first] = this.#pieces
    if (first !== undefined) send(this.#session, this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces))
    this.#pieces = []
    this.#sizeBytes = 0
  }
}

function send(session: Session, bytes: Uint8Array): void {
  // A Buffer may be part of a pool that others use, so only memory of its own is handed over.
  if (!session.isOpen) return
  const owned = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes)
  session.port.postMessage(owned, owned.byteLength < TRANSFER_BYTES ? [] : [owned.buffer as ArrayBuffer])
}
