import { GitFormatError } from './format-error.js'

/** Sizes at the head of a delta. `bodyStart` is where its instructions begin. */
export interface DeltaHeader {
  readonly baseBytes: number
  readonly resultBytes: number
  readonly bodyStart: number
}

const bad = (message: string): GitFormatError => new GitFormatError('badDelta', message)

function readSize(delta: Uint8Array, start: number): { value: number; next: number } {
  let value = 0
  let scale = 1
  for (let at = start; at < start + 7; at++) {
    const byte = delta[at]
    if (byte === undefined) break
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, next: at + 1 }
    scale *= 128
  }
  throw bad('delta size is cut or too large')
}

export function readDeltaHeader(delta: Uint8Array): DeltaHeader {
  const base = readSize(delta, 0)
  const result = readSize(delta, base.next)
  return { baseBytes: base.value, resultBytes: result.value, bodyStart: result.next }
}

/**
 * Content that a delta makes of its base (gitformat-pack, "deltified representation").
 * Throws GitFormatError `badDelta` for any reading outside of the base or writing outside of the stated result.
 * `room`, when given, takes the result and has its size.
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array, room?: Buffer): Buffer {
  const { baseBytes, resultBytes, bodyStart } = readDeltaHeader(delta)
  if (baseBytes !== base.length) throw bad('delta belongs to another base')
  const out = room ?? Buffer.allocUnsafe(resultBytes)
  let to = 0
  let at = bodyStart
  while (at < delta.length) {
    const op = delta[at++] as number
    if (op === 0) throw bad('reserved delta instruction')
    if (op < 0x80) {
      if (at + op > delta.length || to + op > resultBytes) throw bad('delta inserts too much')
      out.set(delta.subarray(at, at + op), to)
      at += op
      to += op
      continue
    }
    const copy = readCopy(delta, at, op)
    if (copy.from + copy.size > base.length || to + copy.size > resultBytes) throw bad('delta copies too much')
    out.set(base.subarray(copy.from, copy.from + copy.size), to)
    to += copy.size
    at = copy.next
  }
  if (to !== resultBytes) throw bad('delta result is short')
  return out
}

function readCopy(delta: Uint8Array, start: number, op: number): { from: number; size: number; next: number } {
  let next = start
  let from = 0
  let size = 0
  for (let bit = 0; bit < 7; bit++) {
    if ((op & (1 << bit)) === 0) continue
    const byte = delta[next++]
    if (byte === undefined) throw bad('delta is cut')
    if (bit < 4) from += byte * 2 ** (8 * bit)
    else size += byte * 2 ** (8 * (bit - 4))
  }
  return { from, size: size === 0 ? 0x10000 : size, next }
}
