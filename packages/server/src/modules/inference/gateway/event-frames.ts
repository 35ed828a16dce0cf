import { findUsage, type ReportedUsage } from './usage.js'

const USAGE = Buffer.from('"usage"')
const DONE = Buffer.from('data: [DONE]')
const DATA = Buffer.from('data:')
const EMPTY = Buffer.alloc(0)
const MAX_FRAME_BYTES = 1024 * 1024

/** What a piece of an event stream came to. */
export interface Passed {
  /** Bytes to send now; whole events only. */
  readonly bytes: Buffer
  /** The stream said `[DONE]`: what is left waits for the record to be durable. */
  readonly isDone: boolean
}

/**
 * Watches a server-sent event stream: passes whole events on, holds back an unfinished one, finds the usage report and
 * takes it out when the caller did not ask for it. Chunks without a usage report are not looked into.
 */
export class EventFrames {
  readonly #hidesUsage: boolean
  #rest: Buffer = EMPTY
  usage: ReportedUsage | null = null
  /** Data events that reached the caller: what a broken-off stream is billed by. */
  events = 0
  /** `[DONE]` and whatever stood behind it. */
  tail: Buffer = EMPTY

  constructor(hidesUsage: boolean) {
    this.#hidesUsage = hidesUsage
  }

  /** @throws RangeError when one event is larger than a megabyte */
  push(chunk: Buffer): Passed {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const end = endOfLastEvent(all)
    this.#rest = end === all.length ? EMPTY : all.subarray(end)
    if (this.#rest.length > MAX_FRAME_BYTES) throw new RangeError('an event of the upstream is too large')
    return this.#take(all.subarray(0, end))
  }

  /** The last bytes of a stream that ended without a blank line. */
  finish(): Passed {
    const rest = this.#rest
    this.#rest = EMPTY
    return this.#take(rest)
  }

  #take(whole: Buffer): Passed {
    const done = whole.lastIndexOf(DONE)
    const body = done === -1 ? whole : whole.subarray(0, done)
    if (done !== -1) this.tail = whole.subarray(done)
    this.events += countEvents(body)
    const bytes = body.includes(USAGE) ? this.#readUsage(body) : body
    return { bytes, isDone: done !== -1 }
  }

  #readUsage(body: Buffer): Buffer {
    const kept: Buffer[] = []
    for (const frame of splitEvents(body)) {
      const usage = frame.includes(USAGE) ? findUsage(frame) : null
      if (usage) this.usage = usage
      if (usage && this.#hidesUsage) {
        const shown = withoutUsage(frame)
        if (shown) kept.push(shown)
      } else kept.push(frame)
    }
    return kept.length === 1 ? (kept[0] ?? EMPTY) : Buffer.concat(kept)
  }
}

/** Index after the last blank line. */
function endOfLastEvent(bytes: Buffer): number {
  const plain = bytes.lastIndexOf('\n\n')
  const carriage = bytes.lastIndexOf('\r\n\r\n')
  return Math.max(plain === -1 ? 0 : plain + 2, carriage === -1 ? 0 : carriage + 4)
}

function splitEvents(bytes: Buffer): Buffer[] {
  const events: Buffer[] = []
  let start = 0
  while (start < bytes.length) {
    const plain = bytes.indexOf('\n\n', start)
    const carriage = bytes.indexOf('\r\n\r\n', start)
    const isCarriage = carriage !== -1 && (plain === -1 || carriage < plain)
    const end = isCarriage ? carriage + 4 : plain === -1 ? bytes.length : plain + 2
    events.push(bytes.subarray(start, end))
    start = end
  }
  return events
}

function countEvents(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(DATA); at !== -1; at = bytes.indexOf(DATA, at + DATA.length)) count += 1
  return count
}

/** The event with its usage taken out; null when it carried nothing else. */
function withoutUsage(frame: Buffer): Buffer | null {
  const text = frame.toString('utf8').trim()
  const json = text.slice(text.indexOf('data:') + 'data:'.length)
  try {
    const { usage: _usage, ...event } = JSON.parse(json) as { usage: unknown; choices?: unknown[] }
    return event.choices?.length ? Buffer.from(`data: ${JSON.stringify(event)}\n\n`) : null
  } catch {
    return null
  }
}
