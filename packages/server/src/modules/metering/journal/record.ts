import { crc32 } from 'node:zlib'

/** The journal is a row of fixed slots; each carries its own CRC, so a torn tail is cut exactly. */
export const SLOT_BYTES = 96
/** Longest request id a record keeps, in ASCII characters. */
export const REQUEST_ID_BYTES = 24
const REQUEST_ID = /^[\x21-\x7e]{1,24}$/
/** Payload of one subject slot. A subject spans several. */
const SUBJECT_PART_BYTES = 70
/** A subject is names and ids; a larger one is a bug or an attack. */
export const MAX_SUBJECT_BYTES = 16_384

const KIND_CALL = 1
/** Fifth byte of a slot that defines a subject. */
export const KIND_SUBJECT = 2
const WORD = 4_294_967_296

/** Who and what one record is about; written once per segment and referred to by number. Everything a fold must know to replay. */
export interface JournalSubject {
  readonly payerId: string
  readonly userId: string
  readonly tokenId: string | null
  readonly resource: string
  readonly endpointId: string | null
  readonly listingId: string | null
  readonly planVersionId: string | null
  readonly currency: string | null
  /** Null when the call is free. */
  readonly sellerId: string | null
  /** The platform's part of the price, pinned when the terms were made. */
  readonly feePpm: number
  /** Budgets that held the call with a lease. */
  readonly budgetIds: readonly string[]
  /** Budgets that only watch: they count what was charged and hold nothing. */
  readonly watchIds: readonly string[]
}

/** One finished call. Times are milliseconds since 1970 UTC; the call belongs to the moment it was admitted. */
export interface CallRecord {
  readonly admittedMs: number
  readonly latencyMs: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  /** What the call took from its leases: never less than what a fold will post for it. */
  readonly boundMicros: bigint
  /** R1 of this call alone, as shown to the caller. */
  readonly costMicros: bigint
  readonly requestId: string
}

export type Slot =
  | { readonly kind: 'call'; readonly sequence: number; readonly subjectRef: number; readonly call: CallRecord }
  | {
      readonly kind: 'subject'
      readonly sequence: number
      readonly ref: number
      readonly part: number
      readonly parts: number
      readonly payload: Buffer
    }

/** Throws RangeError when a field does not fit a record: nothing is cut silently. */
export function checkCall(call: CallRecord): void {
  if (!REQUEST_ID.test(call.requestId)) throw new RangeError('request id does not fit the journal')
  for (const count of [call.admittedMs, call.latencyMs, call.inputTokens, call.cachedInputTokens, call.outputTokens]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError('a count is a non-negative whole number')
  }
  if (call.cachedInputTokens > call.inputTokens) throw new RangeError('cached input is a part of input')
}

/** Writes one call, checked before, at `offset`. */
export function encodeCall(
  target: Buffer,
  offset: number,
  sequence: number,
  subjectRef: number,
  call: CallRecord,
): void {
  target.fill(0, offset, offset + SLOT_BYTES)
  target[offset + 4] = KIND_CALL
  writeCount(target, offset + 8, sequence)
  writeCount(target, offset + 16, call.admittedMs)
  target.writeUInt32LE(subjectRef, offset + 24)
  target.writeUInt32LE(Math.min(call.latencyMs, WORD - 1), offset + 28)
  writeCount(target, offset + 32, call.inputTokens)
  writeCount(target, offset + 40, call.cachedInputTokens)
  writeCount(target, offset + 48, call.outputTokens)
  target.writeBigUInt64LE(call.boundMicros, offset + 56)
  target.writeBigUInt64LE(call.costMicros, offset + 64)
  target.write(call.requestId, offset + 72, REQUEST_ID_BYTES, 'latin1')
  seal(target, offset)
}

/** The payload slots of one subject, ready to append; sequences start at `sequence`. */
export function encodeSubject(sequence: number, ref: number, subject: JournalSubject): Buffer {
  const payload = Buffer.from(JSON.stringify(subject))
  if (payload.length > MAX_SUBJECT_BYTES) throw new RangeError('subject too long for the journal')
  const parts = Math.ceil(payload.length / SUBJECT_PART_BYTES)
  const slots = Buffer.alloc(parts * SLOT_BYTES)
  for (let part = 0; part < parts; part++) {
    const offset = part * SLOT_BYTES
    const piece = payload.subarray(part * SUBJECT_PART_BYTES, (part + 1) * SUBJECT_PART_BYTES)
    slots[offset + 4] = KIND_SUBJECT
    writeCount(slots, offset + 8, sequence + part)
    slots.writeUInt32LE(ref, offset + 16)
    slots.writeUInt16LE(part, offset + 20)
    slots.writeUInt16LE(parts, offset + 22)
    slots.writeUInt16LE(piece.length, offset + 24)
    piece.copy(slots, offset + 26)
    seal(slots, offset)
  }
  return slots
}

/** Reads one slot; null when it is torn or is no slot at all. */
export function decodeSlot(source: Buffer, offset: number): Slot | null {
  if (offset + SLOT_BYTES > source.length) return null
  if (source.readUInt32LE(offset) !== checksum(source, offset)) return null
  const sequence = readCount(source, offset + 8)
  if (source[offset + 4] === KIND_SUBJECT) {
    const length = source.readUInt16LE(offset + 24)
    if (length > SUBJECT_PART_BYTES) return null
    return {
      kind: 'subject',
      sequence,
      ref: source.readUInt32LE(offset + 16),
      part: source.readUInt16LE(offset + 20),
      parts: source.readUInt16LE(offset + 22),
      payload: source.subarray(offset + 26, offset + 26 + length),
    }
  }
  if (source[offset + 4] !== KIND_CALL) return null
  return { kind: 'call', sequence, subjectRef: source.readUInt32LE(offset + 24), call: decodeCall(source, offset) }
}

function decodeCall(source: Buffer, offset: number): CallRecord {
  const text = source.toString('latin1', offset + 72, offset + 72 + REQUEST_ID_BYTES)
  const end = text.indexOf('\0')
  return {
    admittedMs: readCount(source, offset + 16),
    latencyMs: source.readUInt32LE(offset + 28),
    inputTokens: readCount(source, offset + 32),
    cachedInputTokens: readCount(source, offset + 40),
    outputTokens: readCount(source, offset + 48),
    boundMicros: source.readBigUInt64LE(offset + 56),
    costMicros: source.readBigUInt64LE(offset + 64),
    requestId: end < 0 ? text : text.slice(0, end),
  }
}

function seal(target: Buffer, offset: number): void {
  target.writeUInt32LE(checksum(target, offset), offset)
}

function checksum(source: Buffer, offset: number): number {
  return crc32(source.subarray(offset + 4, offset + SLOT_BYTES))
}

function writeCount(target: Buffer, offset: number, value: number): void {
  target.writeUInt32LE(value % WORD, offset)
  target.writeUInt32LE(Math.floor(value / WORD), offset + 4)
}

function readCount(source: Buffer, offset: number): number {
  return source.readUInt32LE(offset) + source.readUInt32LE(offset + 4) * WORD
}
