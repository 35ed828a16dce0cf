import { GitFormatError } from './format-error.js'
import { BAND, bandPkts, FLUSH, type Pkt, pkt, pktText, readPkt } from './pkt-line.js'

/** One wanted ref change of a push; null is git's null id. */
export interface PushCommand {
  readonly name: string
  readonly old: string | null
  readonly new: string | null
}

export interface PushRequest {
  readonly commands: readonly PushCommand[]
  readonly capabilities: ReadonlySet<string>
  readonly options: readonly string[]
}

/** Most refs one push may change, and most options it may carry. */
export const MAX_PUSH_COMMANDS = 10_000
const MAX_PUSH_OPTIONS = 100
/** Longest ref name, in characters; file systems take less. */
export const MAX_REF_NAME_CHARS = 1_024
const COMMAND = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/s
const NULL_OID = '0'.repeat(40)

const bad = (message: string): GitFormatError => new GitFormatError('badRequest', message)

/** Reads a push's commands from its first bytes, chunk by chunk; what follows them is the pack. */
export class PushParser {
  private readonly commands: PushCommand[] = []
  private readonly names = new Set<string>()
  private readonly options: string[] = []
  private readonly capabilities = new Set<string>()
  private buffered: Buffer = Buffer.alloc(0)
  private part: 'commands' | 'options' | 'pack' = 'commands'

  /** Takes bytes; answers those that belong to the pack once the commands are complete, else null. Throws GitFormatError. */
  push(chunk: Buffer): Buffer | null {
    if (this.part === 'pack') return chunk
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk])
    let at = 0
    for (let read = readPkt(this.buffered, at); read !== null; read = readPkt(this.buffered, at)) {
      at = read.next
      this.take(read.pkt)
      if (this.isComplete) return this.buffered.subarray(at)
    }
    this.buffered = this.buffered.subarray(at)
    return null
  }

  get isComplete(): boolean {
    return this.part === 'pack'
  }

  request(): PushRequest {
    if (!this.isComplete && this.commands.length > 0) throw bad('the push ends inside its commands')
    return { commands: this.commands, capabilities: this.capabilities, options: this.options }
  }

  private take(line: Pkt): void {
    if (line === 'flush') {
      this.part = this.part === 'commands' && this.capabilities.has('push-options') ? 'options' : 'pack'
      return
    }
    if (typeof line === 'string') throw bad('unexpected delimiter in a push')
    if (this.part === 'options') {
      if (this.options.push(pktText(line)) > MAX_PUSH_OPTIONS) throw bad('too many push options')
      return
    }
    this.takeCommand(pktText(line))
  }

  private takeCommand(text: string): void {
    // A shallow clone names its boundary; the link check demands those parents here anyway.
    if (text.startsWith('shallow ')) return
    if (text === 'push-cert' || text.startsWith('push-cert\0')) throw bad('signed pushes are not taken')
    const nul = text.indexOf('\0')
    // Git tells what it can do with its first command only.
    if (nul >= 0 && this.commands.length === 0)
      for (const name of text
        .slice(nul + 1)
        .trim()
        .split(' '))
        this.capabilities.add(name)
    const [, old = '', fresh = '', name = ''] = COMMAND.exec(nul < 0 ? text : text.slice(0, nul)) ?? []
    if (name === '') throw bad('a push command is malformed')
    if (name.length > MAX_REF_NAME_CHARS) throw bad(`a ref name has at most ${MAX_REF_NAME_CHARS} characters`)
    if (this.names.has(name)) throw bad(`the push names ${name} twice`)
    this.names.add(name)
    if (this.commands.length >= MAX_PUSH_COMMANDS) throw bad(`a push may change at most ${MAX_PUSH_COMMANDS} refs`)
    this.commands.push({ name, old: old === NULL_OID ? null : old, new: fresh === NULL_OID ? null : fresh })
  }
}

/** What became of one command: null when done, else the reason git prints behind "remote rejected". */
export interface CommandResult {
  readonly name: string
  readonly refusal: string | null
}

/** The report of a push; `unpack` is null when the pack was taken. Empty when the client asked for none. */
export function pushReport(
  request: PushRequest,
  unpack: string | null,
  results: readonly CommandResult[],
  messages: readonly string[] = [],
): Buffer {
  const isBanded = request.capabilities.has('side-band-64k')
  const text = messages.map((line) => `${line}\n`).join('')
  const spoken = isBanded && text !== '' ? [bandPkts(BAND.progress, Buffer.from(text))] : []
  if (!request.capabilities.has('report-status')) return Buffer.concat([...spoken, ...(isBanded ? [FLUSH] : [])])
  const report = Buffer.concat([
    pkt(`unpack ${unpack === null ? 'ok' : oneLine(unpack)}`),
    ...results.map(({ name, refusal }) => pkt(refusal === null ? `ok ${name}` : `ng ${name} ${oneLine(refusal)}`)),
    FLUSH,
  ])
  return isBanded ? Buffer.concat([...spoken, bandPkts(BAND.data, report), FLUSH]) : report
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 500)
}
