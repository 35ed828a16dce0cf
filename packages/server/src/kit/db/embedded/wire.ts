/** Just enough of PostgreSQL's wire protocol 3.0 to cut a client's bytes into exchanges and to answer a start-up packet. */

const PROTOCOL_3 = 0x00030000
const SSL_REQUEST = 80877103
const CANCEL_REQUEST = 80877102
/** A statement with its parameters; rows of 20 MB are known to work. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58

export type Exchange =
  | { kind: 'startup' }
  | { kind: 'refuseSsl' }
  | { kind: 'cancel' }
  | { kind: 'end' }
  /** Messages up to and including the one after which the client waits for ReadyForQuery. */
  | { kind: 'messages'; bytes: Uint8Array }

/** Cuts one client's bytes into exchanges. The engine runs a whole exchange at once, so clients cannot interleave. */
export class ExchangeReader {
  #pending: Buffer = Buffer.alloc(0)
  #scanned = 0
  #started = false

  /** The exchanges that these bytes complete. */
  push(chunk: Uint8Array): Exchange[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk])
    const complete: Exchange[] = []
    for (;;) {
      const exchange = this.#started ? this.#nextMessages() : this.#nextStartup()
      if (exchange === null) return complete
      complete.push(exchange)
    }
  }

  #nextStartup(): Exchange | null {
    if (this.#pending.length < 8) return null
    const length = this.#pending.readInt32BE(0)
    const code = this.#pending.readInt32BE(4)
    checkLength(length)
    if (this.#pending.length < length) return null
    this.#pending = this.#pending.subarray(length)
    if (code === SSL_REQUEST) return { kind: 'refuseSsl' }
    if (code === CANCEL_REQUEST) return { kind: 'cancel' }
    if (code !== PROTOCOL_3) throw new Error(`unknown protocol ${code}`)
    this.#started = true
    return { kind: 'startup' }
  }

  #nextMessages(): Exchange | null {
    while (this.#pending.length - this.#scanned >= 5) {
      const type = this.#pending[this.#scanned]
      const length = this.#pending.readInt32BE(this.#scanned + 1)
      checkLength(length)
      const end = this.#scanned + 1 + length
      if (this.#pending.length < end) return null
      this.#scanned = end
      if (type === TERMINATE) return this.#take({ kind: 'end' })
      if (type === QUERY || type === SYNC) {
        return this.#take({ kind: 'messages', bytes: Uint8Array.from(this.#pending.subarray(0, end)) })
      }
    }
    return null
  }

  #take(exchange: Exchange): Exchange {
    this.#pending = this.#pending.subarray(this.#scanned)
    this.#scanned = 0
    return exchange
  }
}

function checkLength(length: number): void {
  if (length < 4 || length > MAX_MESSAGE_BYTES) throw new Error(`message of ${length} bytes`)
}

export type TransactionState = 'idle' | 'open' | 'failed'
const STATES: Record<string, TransactionState> = { I: 'idle', T: 'open', E: 'failed' }
const READY_BYTES = 6

/** Remembers the end of an answer, which is a ReadyForQuery message with the transaction state. */
export class AnswerTail {
  #tail: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): void {
    const end = Buffer.from(chunk.subarray(Math.max(0, chunk.length - READY_BYTES)))
    this.#tail = Buffer.concat([this.#tail, end]).subarray(-READY_BYTES)
  }

  /** Null when the answer did not end with ReadyForQuery. */
  state(): TransactionState | null {
    if (this.#tail.length < READY_BYTES || this.#tail[0] !== 0x5a || this.#tail.readInt32BE(1) !== 5) return null
    return STATES[String.fromCharCode(this.#tail[5] ?? 0)] ?? null
  }
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (...parts: string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''))

/** What a server says to an accepted start-up packet. */
export function startupAnswer(serverVersion: string): Buffer {
  const parameters = { server_version: serverVersion, client_encoding: 'UTF8', DateStyle: 'ISO, MDY', TimeZone: 'UTC' }
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...Object.entries(parameters).map(([name, value]) => message('S', text(name, value))),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ])
}

/** An ErrorResponse that ends the session. */
export function fatalAnswer(code: string, sentence: string): Buffer {
  return message('E', Buffer.concat([text('SFATAL', 'VFATAL', `C${code}`, `M${sentence}`), Buffer.alloc(1)]))
}

/** A simple Query message. */
export function queryMessage(sql: string): Uint8Array {
  return Uint8Array.from(message('Q', text(sql)))
}
