import {
  fileHash,
  hashToText,
  type KeyedHashes,
  loadKeyedHashes,
  rangeHash,
  storedRecord,
  textToHash,
  xorbHash,
} from '@stoa/xet'

/** A xorb made by hand: its name, its bytes on the wire, and its chunks. */
export interface HandXorb {
  readonly name: string
  readonly bytes: Buffer
  readonly chunks: readonly { readonly hash: Uint8Array; readonly sizeBytes: number }[]
}

/** A term as it stands in a shard; what is left out is computed honestly. */
export interface HandTerm {
  readonly xorb: HandXorb | string
  readonly start: number
  readonly end: number
  readonly rawBytes?: number
  readonly proof?: Uint8Array
}

export interface HandFile {
  readonly terms: readonly HandTerm[]
  readonly name?: Uint8Array
  /** Hex digest that the shard claims. */
  readonly sha256?: string
  /** How often the terms are repeated. */
  readonly repeat?: number
}

const RECORD = 48
const TAG = Buffer.from([
  ...Buffer.from('HFRepoMetaData\0', 'latin1'),
  ...[85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169],
])

/** Makes xorbs and shards that a stock client never would. */
export class XetForge {
  readonly hashes: KeyedHashes

  constructor(hashes: KeyedHashes) {
    this.hashes = hashes
  }

  static async open(): Promise<XetForge> {
    return new XetForge(await loadKeyedHashes())
  }

  xorb(...contents: readonly Uint8Array[]): HandXorb {
    const chunks = contents.map((raw) => ({ hash: Uint8Array.from(this.hashes.chunk(raw)), sizeBytes: raw.length }))
    return {
      name: hashToText(xorbHash(chunks, this.hashes)),
      bytes: Buffer.concat(contents.map(storedRecord)),
      chunks,
    }
  }

  /** Files only; the xorbs are known already. */
  shard(...files: readonly HandFile[]): Buffer {
    const parts = [this.header(), ...files.flatMap((file) => this.file(file)), bookend(), bookend()]
    return Buffer.concat(parts)
  }

  private header(): Buffer {
    const record = Buffer.alloc(RECORD)
    TAG.copy(record)
    record.writeBigUInt64LE(2n, 32)
    return record
  }

  private file({ terms, name, sha256, repeat = 1 }: HandFile): Buffer[] {
    const chunks = terms.flatMap(({ xorb, start, end }) =>
      typeof xorb === 'string' ? [] : xorb.chunks.slice(start, end),
    )
    const all = repeat === 1 ? chunks : []
    const head = Buffer.alloc(RECORD)
    head.set(name ?? fileHash(all, this.hashes))
    head.writeUInt32LE(0x80000000 + (sha256 === undefined ? 0 : 0x40000000), 32)
    head.writeUInt32LE(terms.length * repeat, 36)
    const termRecords = Buffer.concat(terms.map((term) => this.term(term)))
    const proofs = Buffer.concat(terms.map((term) => this.proof(term)))
    const times = (one: Buffer): Buffer => Buffer.concat(Array.from({ length: repeat }, () => one))
    const metadata =
      sha256 === undefined ? [] : [Buffer.concat([textToHash(sha256) ?? Buffer.alloc(32), Buffer.alloc(16)])]
    return [head, times(termRecords), times(proofs), ...metadata]
  }

  private term({ xorb, start, end, rawBytes }: HandTerm): Buffer {
    const record = Buffer.alloc(RECORD)
    record.set(textToHash(typeof xorb === 'string' ? xorb : xorb.name) as Uint8Array)
    const honest =
      typeof xorb === 'string' ? 0 : xorb.chunks.slice(start, end).reduce((sum, one) => sum + one.sizeBytes, 0)
    record.writeUInt32LE(rawBytes ?? honest, 36)
    record.writeUInt32LE(start, 40)
    record.writeUInt32LE(end, 44)
    return record
  }

  private proof({ xorb, start, end, proof }: HandTerm): Buffer {
    const record = Buffer.alloc(RECORD)
    const honest = typeof xorb === 'string' ? [] : xorb.chunks.slice(start, end).map((one) => one.hash)
    record.set(proof ?? rangeHash(honest, this.hashes))
    return record
  }
}

function bookend(): Buffer {
  return Buffer.alloc(RECORD).fill(0xff, 0, 32)
}

/** The doors of the Xet store as one token opens them. */
export interface XetDoors {
  readonly casUrl: string
  readonly token: string
  send(xorb: Pick<HandXorb, 'name' | 'bytes'>): Promise<Response>
  register(shard: Buffer): Promise<Response>
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

/** Asks for a token of a repository and opens the store with it. */
export async function openXet(
  url: string,
  who: { readonly token: string },
  repo: string,
  scope: 'read' | 'write',
): Promise<XetDoors> {
  const answer = await fetch(`${url}/api/${repo}/xet-${scope}-token/main`, {
    headers: { authorization: `Bearer ${who.token}` },
  })
  if (!answer.ok) throw new Error(`no Xet token: ${answer.status} ${await answer.text()}`)
  const { accessToken: token, casUrl } = (await answer.json()) as { accessToken: string; casUrl: string }
  return xetDoors(casUrl, token)
}

export function xetDoors(casUrl: string, token: string): XetDoors {
  const headers = { authorization: `Bearer ${token}` }
  const post = (path: string, body: Buffer): Promise<Response> =>
    fetch(casUrl + path, { method: 'POST', headers, body: body as Buffer<ArrayBuffer> })
  return {
    casUrl,
    token,
    send: ({ name, bytes }) => post(`/v1/xorbs/default/${name}`, bytes),
    register: (shard) => post('/v1/shards', shard),
    get: (path, more = {}) => fetch(casUrl + path, { headers: { ...headers, ...more } }),
  }
}
