import type { KeyObject } from 'node:crypto'
import { isJsonObject, type JsonValue, parseBoundedJson } from '../json-value.js'
import { AUDIT_GENESIS, type AuditEvent, hashEvent, isCommitted, isPersonalSlot } from './audit-event.js'
import { type AuditCheckpoint, isCheckpointSigned, readPublicKey } from './checkpoint.js'
import { merkleRoot } from './merkle-root.js'

export const AUDIT_EXPORT_FORMAT = 'stoa-audit/1'

/** First line of an export. */
export interface AuditManifest {
  readonly type: 'manifest'
  readonly format: string
  readonly chain: string
  readonly first_seq: number
  readonly last_seq: number
  readonly exported_at: string
  readonly public_key: string
}

/** What was found; `problem` is the first thing that is wrong. */
export interface AuditVerdict {
  readonly isValid: boolean
  readonly problem: { readonly seq: number; readonly text: string } | null
  readonly chain: string
  readonly events: number
  readonly lastSeq: number
  readonly checkpoints: number
  /** Up to here a signed checkpoint speaks for the events. */
  readonly signedToSeq: number
  /** Personal values that were destroyed, and those shown and found right. */
  readonly blankValues: number
  readonly shownValues: number
}

export interface VerifyOptions {
  /** Key of the instance; without it the one inside the export is believed. */
  readonly publicKey?: KeyObject
  /** The latest checkpoint somebody else kept: an export that ends before it was cut. */
  readonly witness?: AuditCheckpoint
}

class Broken extends Error {
  readonly seq: number
  constructor(seq: number, text: string) {
    super(text)
    this.seq = seq
  }
}

/** Checks an export line by line without a server. Detects edits, missing, moved and cut-off events. */
export async function verifyAuditExport(
  lines: AsyncIterable<string>,
  options: VerifyOptions = {},
): Promise<AuditVerdict> {
  const reader = new ExportReader(options)
  let problem: AuditVerdict['problem'] = null
  try {
    for await (const line of lines) if (line.trim() !== '') reader.take(line)
    reader.end()
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    problem = { seq: error.seq, text: error.message }
  }
  return { isValid: problem === null, problem, ...reader.counts() }
}

class ExportReader {
  readonly #options: VerifyOptions
  #manifest: AuditManifest | null = null
  #key: KeyObject | null = null
  #prevHash: string | null = null
  #firstSeq = 1
  #nextSeq = 1
  #hashes: string[] = []
  #isEnded = false
  #events = 0
  #checkpoints = 0
  #signedToSeq = 0
  #blankValues = 0
  #shownValues = 0

  constructor(options: VerifyOptions) {
    this.#options = options
  }

  counts(): Omit<AuditVerdict, 'isValid' | 'problem'> {
    return {
      chain: this.#manifest?.chain ?? '',
      events: this.#events,
      lastSeq: this.#nextSeq - 1,
      checkpoints: this.#checkpoints,
      signedToSeq: this.#signedToSeq,
      blankValues: this.#blankValues,
      shownValues: this.#shownValues,
    }
  }

  take(text: string): void {
    const line = parseBoundedJson(text)
    if (!isJsonObject(line)) throw new Broken(this.#nextSeq, 'a line is not JSON')
    if (this.#isEnded) throw new Broken(this.#nextSeq, 'there are lines after the end')
    const { type } = line
    if (this.#manifest === null && type !== 'manifest') throw new Broken(0, 'the first line is not a manifest')
    if (type === 'manifest') this.#begin(line as unknown as AuditManifest)
    else if (type === 'event') this.#takeEvent(line as unknown as EventLine)
    else if (type === 'checkpoint') this.#takeCheckpoint(line['checkpoint'] as unknown as AuditCheckpoint)
    else if (type === 'end') this.#takeEnd(Number(line['events']))
    else throw new Broken(this.#nextSeq, 'a line of an unknown type')
  }

  end(): void {
    const { witness } = this.#options
    if (this.#manifest === null) throw new Broken(0, 'the export is empty')
    if (!this.#isEnded) throw new Broken(this.#nextSeq, 'the export is cut off: its last line is missing')
    if (this.#nextSeq - 1 !== this.#manifest.last_seq) {
      throw new Broken(this.#nextSeq, `cut off: the manifest promises events up to ${this.#manifest.last_seq}`)
    }
    if (witness && witness.last_seq >= this.#nextSeq) {
      throw new Broken(this.#nextSeq, `cut off: a witness saw events up to ${witness.last_seq}`)
    }
  }

  #begin(manifest: AuditManifest): void {
    if (this.#manifest !== null) throw new Broken(0, 'there are two manifests')
    if (manifest.format !== AUDIT_EXPORT_FORMAT) throw new Broken(0, `not a ${AUDIT_EXPORT_FORMAT} export`)
    const { witness, publicKey } = this.#options
    this.#manifest = manifest
    this.#key = publicKey ?? readPublicKey(manifest.public_key)
    this.#firstSeq = manifest.first_seq
    this.#nextSeq = manifest.first_seq
    if (manifest.first_seq === 1) this.#prevHash = AUDIT_GENESIS
    if (witness && (witness.chain !== manifest.chain || !isCheckpointSigned(witness, this.#key))) {
      throw new Broken(0, 'the witness is of another chain or not signed by this key')
    }
  }

  #takeEvent({ event, open = {} }: EventLine): void {
    const seq = this.#nextSeq
    if (event.seq !== seq) {
      throw new Broken(seq, `event ${seq} is missing or moved: the export has ${event.seq} in its place`)
    }
    if (event.chain !== this.#manifest?.chain) throw new Broken(seq, 'the event belongs to another chain')
    if (this.#prevHash === null) throw new Broken(seq, 'no checkpoint speaks for what came before the first event')
    if (event.prev_hash !== this.#prevHash) throw new Broken(seq, 'it does not continue the event before it')
    if (hashEvent(event) !== event.hash) throw new Broken(seq, 'it was edited: its hash is another')
    this.#checkPersonal(event, open)
    this.#checkWitness(event)
    this.#prevHash = event.hash
    this.#hashes.push(event.hash)
    this.#nextSeq = seq + 1
    this.#events += 1
  }

  #checkWitness(event: AuditEvent): void {
    const { witness } = this.#options
    if (witness?.last_seq === event.seq && witness.head_hash !== event.hash) {
      throw new Broken(event.seq, 'a witness saw another event here: the chain was rewritten')
    }
  }

  #checkPersonal(event: AuditEvent, open: EventLine['open'] & object): void {
    walkSlots(event, (slot) => {
      const shown = open[slot.ref]
      if (shown === undefined) this.#blankValues += 1
      else if (!isCommitted(slot, shown.key, shown.value)) {
        throw new Broken(event.seq, `the shown ${slot.ref} is not the value it was made with`)
      } else this.#shownValues += 1
    })
  }

  #takeCheckpoint(checkpoint: AuditCheckpoint): void {
    const { last_seq: last, first_seq: first } = checkpoint
    if (checkpoint.chain !== this.#manifest?.chain) throw new Broken(last, 'a checkpoint of another chain')
    if (this.#key === null || !isCheckpointSigned(checkpoint, this.#key)) {
      throw new Broken(last, `the checkpoint of ${first}–${last} is not signed by this key`)
    }
    this.#checkpoints += 1
    if (this.#events === 0 && last === this.#firstSeq - 1) {
      this.#prevHash = checkpoint.head_hash
      return
    }
    if (last !== this.#nextSeq - 1) throw new Broken(this.#nextSeq, `events up to ${last} were signed and are not here`)
    this.#checkRoot(checkpoint)
    this.#signedToSeq = last
  }

  #checkRoot({ first_seq: first, last_seq: last, root, head_hash: head }: AuditCheckpoint): void {
    const covered = this.#hashes.slice(first - this.#firstSeq)
    const isWhole = first >= this.#firstSeq && covered.length === last - first + 1
    if (head !== this.#prevHash || (isWhole && merkleRoot(covered.map(fromHex)).toString('hex') !== root)) {
      throw new Broken(first, `events ${first}–${last} are not those that were signed`)
    }
  }

  #takeEnd(events: number): void {
    this.#isEnded = true
    if (events !== this.#events) throw new Broken(this.#nextSeq, `the export promises ${events} events`)
  }
}

/** A line with an event; `open` shows personal values that still exist. */
export interface EventLine {
  readonly type: 'event'
  readonly event: AuditEvent
  readonly open?: Readonly<Record<string, { readonly value: JsonValue; readonly key: string }>>
}

const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex')

/** Calls `visit` for every slot inside an event. */
export function walkSlots(value: unknown, visit: (slot: { ref: string; commit: string }) => void): void {
  if (isPersonalSlot(value)) return visit(value)
  if (Array.isArray(value)) for (const item of value) walkSlots(item, visit)
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) walkSlots(item, visit)
}
