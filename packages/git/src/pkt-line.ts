import { GitFormatError } from './format-error.js'

/** The longest payload of one pkt-line (gitprotocol-common). */
export const PKT_PAYLOAD_BYTES = 65_516
export const FLUSH = Buffer.from('0000')
export const DELIM = Buffer.from('0001')

/** One line: its payload, or one of the three lines without payload. */
export type Pkt = Buffer | 'flush' | 'delim' | 'end'

/** Frames a payload; text gets its line end. Throws when it is longer than a line may be. */
export function pkt(payload: string | Uint8Array): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload.endsWith('\n') ? payload : `${payload}\n`) : payload
  if (bytes.length > PKT_PAYLOAD_BYTES) throw new GitFormatError('pktTooLong', 'a pkt-line is too long')
  const out = Buffer.allocUnsafe(bytes.length + 4)
  out.write((bytes.length + 4).toString(16).padStart(4, '0'), 0, 'latin1')
  out.set(bytes, 4)
  return out
}

/** Text of a payload without its line end. */
export function pktText(payload: Buffer): string {
  const end = payload.length > 0 && payload[payload.length - 1] === 0x0a ? payload.length - 1 : payload.length
  return payload.toString('utf8', 0, end)
}

const SPECIAL: readonly Pkt[] = ['flush', 'delim', 'end']

/** Reads one line at `at`; null when more bytes are needed. Throws GitFormatError on a bad length. */
export function readPkt(bytes: Buffer, at: number): { pkt: Pkt; next: number } | null {
  if (at + 4 > bytes.length) return null
  const head = bytes.toString('latin1', at, at + 4)
  if (!/^[0-9a-fA-F]{4}$/.test(head)) throw new GitFormatError('badPkt', 'bad line length character')
  const length = Number.parseInt(head, 16)
  if (length < 3) return { pkt: SPECIAL[length] as Pkt, next: at + 4 }
  if (length === 3 || length > PKT_PAYLOAD_BYTES + 4) throw new GitFormatError('badPkt', 'bad line length')
  if (at + length > bytes.length) return null
  return { pkt: bytes.subarray(at + 4, at + length), next: at + length }
}

/** Reads every line of a complete body. Throws GitFormatError when it is cut. */
export function readPkts(bytes: Buffer): Pkt[] {
  const out: Pkt[] = []
  let at = 0
  while (at < bytes.length) {
    const read = readPkt(bytes, at)
    if (!read) throw new GitFormatError('badPkt', 'the request ends inside a line')
    out.push(read.pkt)
    at = read.next
  }
  return out
}

/** Side-band channels (gitprotocol-pack): pack bytes, progress, fatal error. */
export const BAND = { data: 1, progress: 2, error: 3 } as const
export type Band = (typeof BAND)[keyof typeof BAND]
const BAND_BYTES = PKT_PAYLOAD_BYTES - 1
const SMALL_BAND_BYTES = 995

/** Frames bytes for one side-band channel, in as many lines as needed; `small` is the old 1,000-byte `side-band`. */
export function bandPkts(band: Band, bytes: Uint8Array, small = false): Buffer {
  const step = small ? SMALL_BAND_BYTES : BAND_BYTES
  const count = Math.ceil(bytes.length / step)
  const out = Buffer.allocUnsafe(bytes.length + count * 5)
  let to = 0
  for (let at = 0; at < bytes.length; at += step) {
    const part = bytes.subarray(at, Math.min(at + step, bytes.length))
    out.write((part.length + 5).toString(16).padStart(4, '0'), to, 'latin1')
    out[to + 4] = band
    out.set(part, to + 5)
    to += part.length + 5
  }
  return out
}
