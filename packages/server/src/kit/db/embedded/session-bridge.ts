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
    this.#options.onBusy(true)
    await this.#options.run(bytes, (piece) => {
      tail.push(piece)
      send(session, piece)
    })
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

function send(session: Session, piece: Uint8Array): void {
  if (!session.isOpen) return
  // The piece may be a view of the engine's own memory, so it is copied and the copy is handed over.
  const copy = Uint8Array.from(piece)
  session.port.postMessage(copy, [copy.buffer])
}
