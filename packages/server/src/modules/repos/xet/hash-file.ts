import { refuse } from '@stoa/contracts'
import type { FileTerm } from '@stoa/xet'
import { PAGE_BYTES } from '../../../kit/blobs/direct-io.js'
import { planRange } from './plan-range.js'
import { recordSpans } from './record-spans.js'
import type { FileHasher } from './verifier.js'
import type { XetDeps } from './xet-deps.js'

/** A file goes through so many pieces of memory: one is hashed while the others are read into. */
const PIECES = 4
const PIECE_BYTES = 4 * 1024 * 1024
const STEP_BYTES = PIECE_BYTES - 2 * PAGE_BYTES

type HashDeps = Pick<XetDeps, 'db' | 'blobs' | 'slabs' | 'verifier'>

/** SHA-256 of a file as it is stored, read back in whole and hashed in a thread; 16 MiB of memory. Throws `Unavailable`. */
export async function hashFile(deps: HashDeps, terms: readonly FileTerm[], sizeBytes: number): Promise<string> {
  return await deps.slabs.use(PIECES * PIECE_BYTES, async (pages) => {
    const hasher = deps.verifier.openHash()
    const pieces = Array.from({ length: PIECES }, (_, nth) => new Piece(pages, nth))
    try {
      let nth = 0
      let last = Promise.resolve()
      for await (const span of spansOf(deps, terms, sizeBytes)) {
        const piece = pieces[nth % PIECES] as Piece
        await piece.hashed
        last = piece.take(deps, span, hasher, last)
        nth += 1
      }
      await last
    } catch (error) {
      // The disk and the thread may still be at this memory.
      await Promise.allSettled([...pieces.flatMap((piece) => [piece.read, piece.hashed]), hasher.finish()])
      throw error
    }
    return await hasher.finish()
  })
}

interface Span {
  readonly blobKey: string
  readonly start: number
  readonly endExclusive: number
}

class Piece {
  readonly #room: Buffer
  read: Promise<Buffer | null> = Promise.resolve(null)
  hashed: Promise<void> = Promise.resolve()

  constructor(pages: Buffer, nth: number) {
    this.#room = pages.subarray(nth * PIECE_BYTES, (nth + 1) * PIECE_BYTES)
  }

  /** Reads a span at once and has it hashed behind the one before it. */
  take(deps: HashDeps, { blobKey, ...range }: Span, hasher: FileHasher, before: Promise<void>): Promise<void> {
    this.read = deps.blobs.readPages(blobKey, range, this.#room)
    this.hashed = Promise.all([this.read, before]).then(([records]) => {
      if (!records) throw refuse('Unavailable', 'The stored bytes of this file cannot be read now.')
      return hasher.add(records)
    })
    // Whoever waits for it hears of a failure; nobody does once another piece has failed.
    this.hashed.catch(() => undefined)
    return this.hashed
  }
}

async function* spansOf({ db }: HashDeps, terms: readonly FileTerm[], sizeBytes: number): AsyncGenerator<Span> {
  for await (const { term, xorb } of planRange(db, terms, { start: 0, endExclusive: sizeBytes })) {
    for (const [start, endExclusive] of recordSpans(xorb.index, term, STEP_BYTES))
      yield { blobKey: xorb.stored.blobKey, start, endExclusive }
  }
}
