const k = new Uint32Array(64)
const initial = new Uint32Array(8)

/** The constants are the fractional parts of roots of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
function fillConstants(): void {
  const fraction = (value: number) => ((value - Math.floor(value)) * 2 ** 32) >>> 0
  let found = 0
  for (let n = 2; found < 64; n += 1) {
    let isPrime = true
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) isPrime = false
    if (!isPrime) continue
    if (found < 8) initial[found] = fraction(Math.sqrt(n))
    k[found] = fraction(Math.cbrt(n))
    found += 1
  }
}
fillConstants()

const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n))

/**
 * SHA-256 of bytes that arrive in pieces. The platform's own digest wants the whole file in memory, and exists only on
 * https and localhost; people also reach their server as http://lab-box:3000.
 */
export class Sha256 {
  readonly #state = initial.slice()
  readonly #words = new Uint32Array(64)
  readonly #block = new Uint8Array(64)
  #held = 0
  #length = 0

  update(data: Uint8Array): this {
    this.#length += data.length
    let at = 0
    if (this.#held > 0) {
      at = Math.min(64 - this.#held, data.length)
      this.#block.set(data.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < 64) return this
      this.#compress(this.#block, 0)
      this.#held = 0
    }
    for (; at + 64 <= data.length; at += 64) this.#compress(data, at)
    this.#block.set(data.subarray(at), 0)
    this.#held = data.length - at
    return this
  }

  /** Ends the message; 64 hex digits. */
  hex(): string {
    const bits = this.#length * 8
    const tail = new Uint8Array(this.#held < 56 ? 64 : 128)
    tail.set(this.#block.subarray(0, this.#held))
    tail[this.#held] = 0x80
    const view = new DataView(tail.buffer)
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32))
    view.setUint32(tail.length - 4, bits >>> 0)
    for (let at = 0; at < tail.length; at += 64) this.#compress(tail, at)
    return [...this.#state].map((word) => word.toString(16).padStart(8, '0')).join('')
  }

  #compress(data: Uint8Array, at: number): void {
    const w = this.#words
    for (let i = 0; i < 16; i += 1) {
      const j = at + i * 4
      w[i] = ((data[j] ?? 0) << 24) | ((data[j + 1] ?? 0) << 16) | ((data[j + 2] ?? 0) << 8) | (data[j + 3] ?? 0)
    }
    for (let i = 16; i < 64; i += 1) {
      const a = w[i - 15] ?? 0
      const b = w[i - 2] ?? 0
      const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
      const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
      w[i] = ((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) | 0
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#state
    for (let i = 0; i < 64; i += 1) {
      const t1 =
        (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + (k[i] ?? 0) + (w[i] ?? 0)) | 0
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    const sums = [a, b, c, d, e, f, g, h]
    for (let i = 0; i < 8; i += 1) this.#state[i] = (this.#state[i] ?? 0) + (sums[i] ?? 0)
  }
}

/** SHA-256 of a file, a few MB at a time, telling how far it is. */
export async function hashFile(file: Blob, onBytes: (bytes: number) => void = () => {}): Promise<string> {
  const hash = new Sha256()
  const stepBytes = 4 * 1024 * 1024
  for (let at = 0; at < file.size; at += stepBytes) {
    const piece = new Uint8Array(await file.slice(at, at + stepBytes).arrayBuffer())
    hash.update(piece)
    onBytes(piece.length)
  }
  return hash.hex()
}
