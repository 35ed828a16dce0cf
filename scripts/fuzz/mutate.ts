/** A small seeded generator (mulberry32): the same seed gives the same inputs on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Inputs stay below this, so that time per byte can be compared. */
export const MAX_INPUT_BYTES = 256 * 1024

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

export interface Mutation {
  readonly corpus: readonly Buffer[]
  /** Words of the format that random bytes would hardly hit. */
  readonly words: readonly string[]
  readonly random: () => number
}

/** A damaged copy of one input, sometimes joined with another, with one to eight changes. */
export function mutate({ corpus, words, random }: Mutation): Buffer {
  const pick = (below: number): number => Math.floor(random() * below)
  const from = (list: readonly Buffer[]): Buffer => list[pick(list.length)] ?? Buffer.alloc(0)
  let bytes = Buffer.from(from(corpus))
  for (let times = 1 + pick(8); times > 0; times--) {
    const at = pick(bytes.length + 1)
    const kind = pick(11)
    if (kind === 0 && at < bytes.length) bytes[at] = pick(256)
    else if (kind === 1 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8))
    else if (kind === 2) bytes = bytes.subarray(0, at)
    else if (kind === 3) bytes = splice(bytes, at, pick(64), Buffer.alloc(0))
    else if (kind === 4) bytes = splice(bytes, at, 0, bytes.subarray(at, at + 1 + pick(64)))
    else if (kind === 5) writeNumber(bytes, at, NUMBERS[pick(NUMBERS.length)] ?? 0, 1 << pick(4))
    else if (kind === 6) bytes = splice(bytes, at, pick(2) * 4, Buffer.from(words[pick(words.length)] ?? '', 'utf8'))
    else if (kind === 7) bytes = splice(bytes, at, 0, from(corpus))
    else if (kind === 8) bytes = editDigits(bytes, pick)
    else if (kind === 9)
      bytes = splice(bytes, at, pick(8), Buffer.from(Array.from({ length: pick(16) }, () => pick(256))))
    else if (pick(8) === 0) bytes = repeat(bytes, at, 1 + pick(24), pick)
  }
  return bytes.subarray(0, MAX_INPUT_BYTES)
}

function splice(bytes: Buffer, at: number, gone: number, put: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(Math.min(bytes.length, at + gone))])
}

/** Many copies of a short run: what is quadratic shows itself. */
function repeat(bytes: Buffer, at: number, length: number, pick: (below: number) => number): Buffer<ArrayBuffer> {
  const run = bytes.subarray(at, at + length)
  const times = run.length === 0 ? 0 : Math.floor((1 << (8 + pick(10))) / run.length)
  return splice(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => run)))
}

function writeNumber(bytes: Buffer, at: number, value: number, width: number): void {
  for (let nth = 0; nth < width && at + nth < bytes.length; nth++) {
    bytes[at + nth] = nth < 4 ? (value >>> (8 * nth)) & 255 : value === 0xffffffff ? 255 : 0
  }
}

/** Replaces a run of digits, since texts carry their numbers so. */
function editDigits(bytes: Buffer, pick: (below: number) => number): Buffer<ArrayBuffer> {
  const text = bytes.toString('latin1')
  const runs = [...text.matchAll(/\d+/g)].slice(0, 1000)
  const run = runs[pick(Math.max(1, runs.length))]
  if (!run) return Buffer.from(bytes)
  const fresh = ['0', '-1', '9007199254740993', '1e308', '4294967296', String(Number(run[0]) + 1)][pick(6)] ?? ''
  return splice(bytes, run.index, run[0].length, Buffer.from(fresh))
}
