import { wholePages } from './direct-io.js'

const SMALLEST_BYTES = 1024 * 1024
const MAX_FREE_BYTES = 128 * 1024 * 1024
const KEEP_FREE_MS = 30_000

/** Half of the type of WebAssembly.Memory, which the types of Node leave out. */
type PageMemory = new (size: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer }
const WASM_PAGE_BYTES = 64 * 1024

/**
 * Memory that threads share and disks write from (it begins on a page), for one upload after another: the engine gives
 * shared memory back late, and a fresh piece costs its page faults again. What lies free is kept for half a minute.
 */
export class Slabs {
  #free: SharedArrayBuffer[] = []
  #dropping: NodeJS.Timeout | null = null

  /** Runs `work` with room for so many bytes, in whole pages. Nothing may hold on to them afterwards; their content is somebody's earlier bytes. */
  async use<T>(sizeBytes: number, work: (room: Buffer) => Promise<T>): Promise<T> {
    const slab = this.#take(sizeBytes)
    try {
      return await work(Buffer.from(slab, 0, wholePages(sizeBytes)))
    } finally {
      this.#give(slab)
    }
  }

  get freeBytes(): number {
    return this.#free.reduce((sum, slab) => sum + slab.byteLength, 0)
  }

  #take(sizeBytes: number): SharedArrayBuffer {
    const wanted = roundUp(sizeBytes)
    const at = this.#free.findIndex((slab) => slab.byteLength === wanted)
    return this.#free.splice(at, at === -1 ? 0 : 1)[0] ?? makeSlab(wanted)
  }

  #give(slab: SharedArrayBuffer): void {
    if (this.freeBytes + slab.byteLength > MAX_FREE_BYTES) return
    this.#free.push(slab)
    if (this.#dropping !== null) clearTimeout(this.#dropping)
    this.#dropping = setTimeout(() => {
      this.#free = []
    }, KEEP_FREE_MS).unref()
  }
}

/** The next power of two, so that slabs fit again. */
function roundUp(sizeBytes: number): number {
  return Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(sizeBytes)))
}

/** Only memory made for WebAssembly is sure to begin on a page. Where there is no room for one, disks refuse the memory and it is copied. */
function makeSlab(sizeBytes: number): SharedArrayBuffer {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: PageMemory } }).WebAssembly
  const pages = sizeBytes / WASM_PAGE_BYTES
  try {
    return new Memory({ initial: pages, maximum: pages, shared: true }).buffer
  } catch {
    return new SharedArrayBuffer(sizeBytes)
  }
}
