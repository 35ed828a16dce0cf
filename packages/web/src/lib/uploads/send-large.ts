import { lfsBatch, lfsVerify } from '@stoa/contracts'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { api } from '../api.js'
import type { RepoKindName } from '../repo-list.js'
import { repoParams } from '../repo-queries.js'
import { insist, localHref, putBytes, UploadRefused } from './send-bytes.js'
import { partBytesFor } from './upload.js'
import type { FileMemory, OpenParts } from './upload-memory.js'

/** Parts on the way at once. */
const lanes = 3
const lfsJson = { accept: 'application/vnd.git-lfs+json', 'content-type': 'application/vnd.git-lfs+json' }

interface Sending {
  kind: RepoKindName
  id: string
  file: DroppedFile
  oid: string
  memory: FileMemory
  signal: AbortSignal
  /** Bytes of this file that have arrived or are on their way. */
  onSent: (bytes: number) => void
  onWait: (isWaiting: boolean) => void
  /** The memory changed and is worth keeping. */
  onMemory: () => void
}

/** Brings one large file into the store; what is there already is not sent. */
export async function sendLarge(sending: Sending): Promise<void> {
  const { file, memory, onSent, onMemory } = sending
  if (memory.isStored) return onSent(file.file.size)
  if (memory.parts && memory.parts.expiresAt <= Date.now()) memory.parts = undefined
  if (memory.parts) {
    try {
      return await sendParts(sending, memory.parts)
    } catch (error) {
      // The server may have dropped the open upload; then it is begun anew, once.
      if (!(error instanceof UploadRefused)) throw error
      memory.parts = undefined
      onMemory()
    }
  }
  await beginAndSend(sending)
}

async function beginAndSend(sending: Sending): Promise<void> {
  const { kind, id, file, oid, memory, signal, onSent, onWait, onMemory } = sending
  const { namespace, name: repo } = repoParams(kind, id)
  const batch = await insist(
    () =>
      api.call(lfsBatch[kind], {
        params: { namespace, repo: `${repo}.git` },
        body: {
          operation: 'upload',
          transfers: ['basic', 'multipart'],
          objects: [{ oid, size: file.file.size }],
          hash_algo: 'sha256',
          part_bytes: partBytesFor(file.file.size),
        },
        headers: lfsJson,
        signal,
      }),
    sending,
  )
  const object = batch.objects[0]
  if (!object || object.error)
    throw new UploadRefused(object?.error?.message ?? 'The server did not answer for this file.')
  const { upload, verify } = object.actions ?? {}
  if (!upload) return finish(sending)
  const header = upload.header ?? {}
  const partBytes = Number(header['chunk_size'] ?? 0)
  if (partBytes > 0) {
    const numbers = Object.keys(header)
      .filter((key) => /^\d+$/.test(key))
      .toSorted((a, b) => Number(a) - Number(b))
    memory.parts = {
      href: upload.href,
      verifyHref: verify?.href,
      partBytes,
      partHrefs: numbers.map((number) => header[number] ?? ''),
      etags: {},
      expiresAt: upload.expires_at ? Date.parse(upload.expires_at) : Date.now() + 3_600_000,
    }
    onMemory()
    return sendParts(sending, memory.parts)
  }
  await putBytes({ href: upload.href, headers: header, body: file.file, signal, onBytes: onSent }, onWait)
  await verifyAndFinish(sending, Boolean(verify))
}

/** Sends the parts that have not arrived, a few at a time, and joins them. */
async function sendParts(sending: Sending, parts: OpenParts): Promise<void> {
  const { file, oid, memory, signal, onSent, onWait, onMemory } = sending
  const sizeOf = (part: number) => Math.min(parts.partBytes, file.file.size - part * parts.partBytes)
  const inFlight = new Map<number, number>()
  const tell = () => {
    let sent = 0
    for (const part of Object.keys(memory.parts?.etags ?? {})) sent += sizeOf(Number(part))
    for (const bytes of inFlight.values()) sent += bytes
    onSent(sent)
  }
  const missing = parts.partHrefs.map((_, part) => part).filter((part) => parts.etags[part] === undefined)
  tell()
  const lane = async (): Promise<void> => {
    for (let part = missing.shift(); part !== undefined; part = missing.shift()) {
      const at = part
      const body = file.file.slice(at * parts.partBytes, at * parts.partBytes + sizeOf(at))
      const onBytes = (sent: number) => {
        inFlight.set(at, sent)
        tell()
      }
      const etag = await putBytes({ href: parts.partHrefs[at] ?? '', body, signal, onBytes }, onWait)
      inFlight.delete(at)
      memory.parts = { ...(memory.parts ?? parts), etags: { ...memory.parts?.etags, [at]: etag } }
      tell()
      onMemory()
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const etags = memory.parts?.etags ?? {}
  const body = JSON.stringify({
    oid,
    parts: parts.partHrefs.map((_, part) => ({ partNumber: part + 1, etag: etags[part] ?? '' })),
  })
  await insist(async () => {
    const answer = await fetch(localHref(parts.href), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
    })
    if (answer.ok) return
    const told = `The store answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`
    throw answer.status < 500 ? new UploadRefused(told) : new Error(told)
  }, sending)
  await verifyAndFinish(sending, Boolean(parts.verifyHref))
}

async function verifyAndFinish(sending: Sending, isAsked: boolean): Promise<void> {
  const { kind, id, oid, file, signal } = sending
  const { namespace, name: repo } = repoParams(kind, id)
  if (isAsked)
    await insist(
      () =>
        api.call(lfsVerify[kind], {
          params: { namespace, repo: `${repo}.git` },
          body: { oid, size: file.file.size },
          headers: lfsJson,
          signal,
        }),
      sending,
    )
  finish(sending)
}

function finish({ file, memory, onSent, onMemory }: Sending): void {
  memory.isStored = true
  memory.parts = undefined
  onSent(file.file.size)
  onMemory()
}
