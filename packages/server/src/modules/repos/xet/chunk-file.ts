import { Readable } from 'node:stream'
import {
  fileHashOf,
  type FileTerm,
  hashToText,
  isGloballyIndexed,
  type KeyedHashes,
  RootBuilder,
  type Sized,
  XorbBuilder,
} from '@stoa/xet'
import { findChunk, findXorbs, listNeighbourXorbs } from '../queries/xet.js'
import { readChunkIndex } from './chunk-index.js'
import { keepXorb, newBlobKey } from './store-xorb.js'
import type { XetDeps } from './xet-deps.js'

/** Bytes that are cut at once in a thread. */
const PIECE_BYTES = 8 * 1024 * 1024
/** Chunks whose place is remembered while a file is cut. */
const MAX_KNOWN = 500_000
const MAX_NEIGHBOURS = 64
/** Indexes (400 KB at most) that are in memory at once. */
const LOADED_AT_ONCE = 4

type ChunkDeps = Pick<XetDeps, 'db' | 'write' | 'blobs' | 'clock' | 'ids' | 'verifier' | 'hashes'>

/** A file as chunks. */
export interface ChunkedFile {
  /** Hash text. */
  readonly hash: string
  readonly terms: readonly FileTerm[]
  /** Chunks that others may find it by. */
  readonly indexed: readonly { readonly hash: string; readonly xorb: string }[]
}

/** Where a chunk lies; `xorb` is told when the one being filled gets its name. */
interface Place {
  readonly xorb: { name: string }
  readonly chunk: number
}

/** Chunks that follow each other in the file and in a xorb. */
interface Run {
  readonly xorb: { name: string }
  readonly chunkStart: number
  chunkEnd: number
  rawBytes: number
}

/** Cuts a content into chunks and stores those that the owner does not have yet. Throws when `signal` is aborted. */
export async function chunkFile(
  deps: ChunkDeps,
  accountId: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<ChunkedFile> {
  const packer = new FilePacker(deps, accountId, await deps.hashes())
  let rest: Uint8Array = Buffer.alloc(0)
  const feed = async (bytes: Uint8Array, isLast: boolean): Promise<Uint8Array> => {
    signal.throwIfAborted()
    let at = 0
    for (const chunk of await deps.verifier.cut(bytes, isLast)) {
      await packer.add(bytes.subarray(at, at + chunk.sizeBytes), chunk)
      at += chunk.sizeBytes
    }
    return bytes.subarray(at)
  }
  let gathered: Uint8Array[] = []
  let held = 0
  for await (const part of content) {
    gathered.push(part)
    held += part.byteLength
    if (held < PIECE_BYTES) continue
    rest = await feed(Buffer.concat([rest, ...gathered]), false)
    gathered = []
    held = 0
  }
  await feed(Buffer.concat([rest, ...gathered]), true)
  return await packer.finish()
}

class FilePacker {
  readonly #deps: ChunkDeps
  readonly #accountId: string
  readonly #hashes: KeyedHashes
  readonly #root: RootBuilder
  readonly #runs: Run[] = []
  readonly #indexed: { readonly hash: string; readonly place: Place }[] = []
  readonly #known = new Map<string, Place>()
  #builder = new XorbBuilder()
  #xorb = { name: '' }

  constructor(deps: ChunkDeps, accountId: string, hashes: KeyedHashes) {
    this.#deps = deps
    this.#accountId = accountId
    this.#hashes = hashes
    this.#root = new RootBuilder(hashes)
  }

  async add(raw: Uint8Array, { hash, sizeBytes }: Sized): Promise<void> {
    const name = hashToText(hash)
    const isIndexed = isGloballyIndexed(hash, this.#runs.length === 0)
    if (isIndexed && !this.#known.has(name)) await this.#recall(name)
    const place = this.#known.get(name) ?? (await this.#store(raw, hash))
    this.#remember(name, place)
    this.#root.push({ hash: Uint8Array.from(hash), sizeBytes })
    const last = this.#runs.at(-1)
    if (last?.xorb === place.xorb && last.chunkEnd === place.chunk) {
      last.chunkEnd += 1
      last.rawBytes += sizeBytes
    } else
      this.#runs.push({ xorb: place.xorb, chunkStart: place.chunk, chunkEnd: place.chunk + 1, rawBytes: sizeBytes })
    if (isIndexed) this.#indexed.push({ hash: name, place })
  }

  async finish(): Promise<ChunkedFile> {
    await this.#flush()
    const indexed = new Map(this.#indexed.map(({ hash, place }) => [hash, place.xorb.name]))
    return {
      hash: hashToText(fileHashOf(this.#root, this.#hashes)),
      terms: this.#runs.map((run) => ({ ...run, xorb: run.xorb.name })),
      indexed: [...indexed].map(([hash, xorb]) => ({ hash, xorb })),
    }
  }

  /** Loads the chunks of what the owner stored together with this one. */
  async #recall(name: string): Promise<void> {
    const found = await findChunk(this.#deps.db, this.#accountId, name)
    if (found === null) return
    const names = await listNeighbourXorbs(this.#deps.db, this.#accountId, found, MAX_NEIGHBOURS)
    for (let at = 0; at < names.length; at += LOADED_AT_ONCE) {
      for (const stored of (await findXorbs(this.#deps.db, names.slice(at, at + LOADED_AT_ONCE))).values()) {
        const xorb = { name: stored.hash }
        const index = readChunkIndex(stored.chunkIndex)
        for (let chunk = 0; chunk < index.count; chunk += 1)
          this.#remember(hashToText(index.hashAt(chunk)), { xorb, chunk })
      }
    }
  }

  #remember(name: string, place: Place): void {
    if (this.#known.size < MAX_KNOWN && !this.#known.has(name)) this.#known.set(name, place)
  }

  async #store(raw: Uint8Array, hash: Uint8Array): Promise<Place> {
    if (!this.#builder.hasRoom(raw.length)) await this.#flush()
    return { xorb: this.#xorb, chunk: this.#builder.add(raw, Uint8Array.from(hash)) }
  }

  async #flush(): Promise<void> {
    if (this.#builder.count === 0) return
    const { hash, records, chunks } = this.#builder.build(this.#hashes)
    this.#xorb.name = hashToText(hash)
    const blobKey = newBlobKey(this.#xorb.name, this.#deps.ids.next())
    const put = () => this.#deps.blobs.put(blobKey, Readable.from(records))
    await keepXorb(this.#deps, this.#xorb.name, chunks, { blobKey, put })
    this.#builder = new XorbBuilder()
    this.#xorb = { name: '' }
  }
}
