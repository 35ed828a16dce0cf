import { createHash } from 'node:crypto'
import {
  type BuiltXorb,
  chunkEnds,
  fileHash,
  hashToText,
  isGloballyIndexed,
  loadKeyedHashes,
  rangeHash,
  type Sized,
  type Term,
  writeUploadShard,
  XorbBuilder,
} from '@stoa/xet'

/** A file as a Xet client sends it: its chunks in xorbs, and the shard that registers it. */
export interface PackedFile {
  readonly content: Buffer
  readonly sha256: string
  /** Hash text. */
  readonly hash: string
  readonly xorbs: readonly BuiltXorb[]
  readonly shard: Buffer
}

/** Cuts, hashes and packs a content without any deduplication. */
export async function packFile(content: Buffer): Promise<PackedFile> {
  const hashes = await loadKeyedHashes()
  const members: Sized[] = []
  const builders = [new XorbBuilder()]
  let start = 0
  for (const end of chunkEnds(content)) {
    const raw = content.subarray(start, end)
    const hash = hashes.chunk(raw)
    if (!builders.at(-1)?.hasRoom(raw.length)) builders.push(new XorbBuilder())
    builders.at(-1)?.add(raw, hash)
    members.push({ hash, sizeBytes: raw.length })
    start = end
  }
  const xorbs = builders.map((builder) => builder.build(hashes))
  const sha256 = createHash('sha256').update(content).digest('hex')
  const terms: Term[] = xorbs.map((xorb) => ({
    xorb: xorb.hash,
    rawBytes: xorb.chunks.at(-1)?.rawEnd ?? 0,
    chunkStart: 0,
    chunkEnd: xorb.chunks.length,
  }))
  const proofs = xorbs.map((xorb) =>
    rangeHash(
      xorb.chunks.map((chunk) => chunk.hash),
      hashes,
    ),
  )
  const hash = fileHash(members, hashes)
  const shard = writeUploadShard({ files: [{ hash, terms, rangeHashes: proofs, sha256 }], xorbs: xorbs.map(describe) })
  return { content, sha256, hash: hashToText(hash), xorbs, shard }
}

const describe = (xorb: BuiltXorb) => ({
  hash: xorb.hash,
  rawBytes: xorb.chunks.at(-1)?.rawEnd ?? 0,
  serialisedBytes: xorb.chunks.at(-1)?.serialisedEnd ?? 0,
  chunks: xorb.chunks.map((chunk, at) => ({
    hash: chunk.hash,
    rawStart: chunk.rawEnd - chunk.sizeBytes,
    rawBytes: chunk.sizeBytes,
    isIndexed: isGloballyIndexed(chunk.hash, at === 0),
  })),
})

/** The CAS of a repository or bucket for one person. */
export interface XetSession {
  readonly casUrl: string
  readonly authorization: string
  sendXorb(xorb: BuiltXorb): Promise<Response>
  sendShard(shard: Buffer): Promise<Response>
  ask(path: string, headers?: Record<string, string>): Promise<Response>
}

/** Opens a session with a fresh token; `place` is `models/ada/demo` or `buckets/ada/data`. */
export async function openXet(url: string, token: string, place: string): Promise<XetSession> {
  const suffix = place.startsWith('buckets/') ? '' : '/main'
  const answer = await fetch(`${url}/api/${place}/xet-write-token${suffix}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  if (!answer.ok) throw new Error(`no xet token for ${place}: ${answer.status} ${await answer.text()}`)
  const { casUrl, accessToken } = (await answer.json()) as { casUrl: string; accessToken: string }
  const authorization = `Bearer ${accessToken}`
  const post = (path: string, body: Buffer): Promise<Response> =>
    fetch(casUrl + path, { method: 'POST', headers: { authorization }, body: new Uint8Array(body) })
  return {
    casUrl,
    authorization,
    sendXorb: (xorb) => post(`/v1/xorbs/default/${hashToText(xorb.hash)}`, Buffer.concat(xorb.records)),
    sendShard: (shard) => post('/v1/shards', shard),
    ask: (path, headers = {}) => fetch(casUrl + path, { headers: { authorization, ...headers } }),
  }
}

/** Sends every xorb, then the shard. Throws unless all were taken. */
export async function sendPacked(session: XetSession, packed: PackedFile): Promise<void> {
  for (const xorb of packed.xorbs) await demandOk(await session.sendXorb(xorb))
  await demandOk(await session.sendShard(packed.shard))
}

async function demandOk(answer: Response): Promise<void> {
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}
