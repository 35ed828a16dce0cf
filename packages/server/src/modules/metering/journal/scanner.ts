import { type CallRecord, decodeSlot, type JournalSubject, type Slot, SLOT_BYTES } from './record.js'

/** A call as it stands in a segment: what was counted, for whom, and where the record lies. */
export interface ScannedCall {
  readonly call: CallRecord
  readonly subject: JournalSubject
  readonly offset: number
  readonly sequence: number
}

/**
 * Reads one segment from its beginning, piece by piece. Subjects defined earlier in the segment stay known, so a scanner kept by
 * the folder continues where it stopped. A slot that is torn, out of sequence or refers to an unknown subject ends the segment.
 */
export class SegmentScanner {
  /** Bytes of good slots taken so far. */
  position = 0
  /** True once a bad slot was met: the rest is not part of the journal. */
  isTorn = false
  private readonly subjects = new Map<number, JournalSubject>()
  private parts: Buffer[] = []
  private lastSequence: number | null = null
  private readonly isPartial: boolean

  /** `isPartial`: the caller leaves slots out, so sequences may jump. */
  constructor(options: { isPartial?: boolean } = {}) {
    this.isPartial = options.isPartial ?? false
  }

  /** Takes the bytes that follow `position`; an incomplete slot at the end is left for the next call. */
  take(bytes: Buffer): ScannedCall[] {
    const calls: ScannedCall[] = []
    for (let at = 0; at + SLOT_BYTES <= bytes.length && !this.isTorn; at += SLOT_BYTES) {
      const slot = decodeSlot(bytes, at)
      if (!slot || !this.follows(slot)) {
        this.isTorn = true
        return calls
      }
      const offset = this.position
      this.position += SLOT_BYTES
      if (slot.kind === 'subject') this.takeSubject(slot)
      else {
        const subject = this.subjects.get(slot.subjectRef)
        if (!subject) throw new Error('journal record without its subject')
        calls.push({ call: slot.call, subject, offset, sequence: slot.sequence })
      }
    }
    return calls
  }

  private follows(slot: Slot): boolean {
    if (!this.isPartial && this.lastSequence !== null && slot.sequence !== this.lastSequence + 1) return false
    this.lastSequence = slot.sequence
    return true
  }

  private takeSubject(slot: Extract<Slot, { kind: 'subject' }>): void {
    if (slot.part === 0) this.parts = []
    this.parts.push(Buffer.from(slot.payload))
    if (this.parts.length !== slot.parts) return
    this.subjects.set(slot.ref, JSON.parse(Buffer.concat(this.parts).toString('utf8')) as JournalSubject)
    this.parts = []
  }
}
