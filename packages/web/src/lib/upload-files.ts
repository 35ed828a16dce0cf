import { createCommit, lfsBatch, lfsVerify, preupload } from '@stoa/contracts'
import { createClient } from '@stoa/sdk'
import type { DroppedFile } from '../ui/dropped-files.js'
import { api } from './api.js'
import type { RepoKindName } from './repo-list.js'
import { repoParams } from './repo-queries.js'
import { hashFile } from './sha256.js'

export interface UploadStep {
  phase: 'hashing' | 'sending' | 'committing'
  doneBytes: number
  totalBytes: number
}

interface Upload {
  kind: RepoKindName
  id: string
  rev: string
  files: readonly DroppedFile[]
  message: string
  onStep: (step: UploadStep) => void
}

interface LfsFile extends DroppedFile {
  oid: string
}

const preuploadFiles = 250
const sampleBytes = 512
const wholeBytes = (files: readonly DroppedFile[]) => files.reduce((sum, { file }) => sum + file.size, 0)

/** Bytes as base64, also when there are many. */
async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** Asks the server which files travel in the commit and which as large files; ignored ones fall out. */
async function sortFiles({ kind, id, rev, files }: Upload): Promise<{ regular: DroppedFile[]; large: DroppedFile[] }> {
  const regular: DroppedFile[] = []
  const large: DroppedFile[] = []
  for (let at = 0; at < files.length; at += preuploadFiles) {
    const some = files.slice(at, at + preuploadFiles)
    const asked = await Promise.all(
      some.map(async ({ path, file }) => ({
        path,
        size: file.size,
        sample: await base64Of(file.slice(0, sampleBytes)),
      })),
    )
    const answer = await api.call(preupload, {
      params: { ...repoParams(kind, id), rev },
      query: {},
      body: { files: asked },
    })
    for (const { path, uploadMode, shouldIgnore } of answer.files) {
      const found = some.find((one) => one.path === path)
      if (found && !shouldIgnore) (uploadMode === 'lfs' && found.file.size > 0 ? large : regular).push(found)
    }
  }
  return { regular, large }
}

/** Sends one body with progress, which `fetch` cannot tell. */
function put(
  href: string,
  headers: Record<string, string>,
  body: Blob,
  onBytes: (sent: number) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', href)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', (event) => onBytes(event.loaded))
    request.addEventListener('error', () => reject(new TypeError('Network error while sending a file')))
    request.addEventListener('load', () => {
      if (request.status < 300) resolve(request.getResponseHeader('etag') ?? '')
      else reject(new Error(`The store answered ${request.status}: ${request.responseText.slice(0, 200)}`))
    })
    request.send(body)
  })
}

/** Brings the large files into the store; what is there already is not sent. */
async function sendLarge(
  { kind, id }: Upload,
  files: readonly LfsFile[],
  onBytes: (sent: number) => void,
): Promise<void> {
  const { namespace, name: repo } = repoParams(kind, id)
  const objects = files.map(({ oid, file }) => ({ oid, size: file.size }))
  const headers = { accept: 'application/vnd.git-lfs+json', 'content-type': 'application/vnd.git-lfs+json' }
  const batch = await api.call(lfsBatch[kind], {
    params: { namespace, repo: `${repo}.git` },
    body: { operation: 'upload', transfers: ['basic', 'multipart'], objects, hash_algo: 'sha256' },
    headers,
  })
  let before = 0
  for (const object of batch.objects) {
    const found = files.find(({ oid }) => oid === object.oid)
    if (object.error) throw new Error(object.error.message)
    if (!found) continue
    const upload = object.actions?.upload
    if (upload) await sendOne(upload.href, upload.header ?? {}, found, (sent) => onBytes(before + sent))
    if (object.actions?.verify)
      await api.call(lfsVerify[kind], {
        params: { namespace, repo: `${repo}.git` },
        body: { oid: object.oid, size: object.size },
        headers,
      })
    before += found.file.size
    onBytes(before)
  }
}

async function sendOne(
  href: string,
  header: Record<string, string>,
  { oid, file }: LfsFile,
  onBytes: (sent: number) => void,
): Promise<void> {
  const partBytes = Number(header['chunk_size'] ?? 0)
  if (!partBytes) return void (await put(href, header, file, onBytes))
  const numbers = Object.keys(header)
    .filter((key) => /^\d+$/.test(key))
    .toSorted((a, b) => Number(a) - Number(b))
  const parts: { partNumber: number; etag: string }[] = []
  for (const [index, number] of numbers.entries()) {
    const from = index * partBytes
    const etag = await put(header[number] ?? '', {}, file.slice(from, from + partBytes), (sent) => onBytes(from + sent))
    parts.push({ partNumber: Number(number), etag })
  }
  const answer = await fetch(href, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ oid, parts }),
  })
  if (!answer.ok) throw new Error(`The store answered ${answer.status}`)
}

/** Uploads files and commits them, by the same calls the Hub's own clients make. */
export async function uploadFiles(upload: Upload): Promise<{ commitOid: string; files: number }> {
  const { kind, id, rev, message, onStep } = upload
  const { regular, large } = await sortFiles(upload)
  const totalBytes = wholeBytes(large)
  let hashed = 0
  const withOid: LfsFile[] = []
  for (const one of large) {
    const oid = await hashFile(one.file, (bytes) => {
      hashed += bytes
      onStep({ phase: 'hashing', doneBytes: hashed, totalBytes })
    })
    withOid.push({ ...one, oid })
  }
  if (withOid.length > 0)
    await sendLarge(upload, withOid, (doneBytes) => onStep({ phase: 'sending', doneBytes, totalBytes }))
  onStep({ phase: 'committing', doneBytes: wholeBytes(regular), totalBytes: wholeBytes(regular) })
  const lines: object[] = [{ key: 'header', value: { summary: message, description: '' } }]
  for (const { path, file } of regular)
    lines.push({ key: 'file', value: { path, content: await base64Of(file), encoding: 'base64' } })
  for (const { path, file, oid } of withOid)
    lines.push({ key: 'lfsFile', value: { path, algo: 'sha256', oid, size: file.size } })
  const commit = await postLines(kind, id, rev, lines)
  return { commitOid: commit.commitOid, files: regular.length + withOid.length }
}

async function postLines(
  kind: RepoKindName,
  id: string,
  rev: string,
  lines: readonly object[],
): Promise<{ commitOid: string }> {
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  const fetchLines: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      body,
      headers: { ...(init?.headers as Record<string, string>), 'content-type': 'application/x-ndjson' },
    })
  return createClient({ baseUrl: '', fetch: fetchLines }).call(createCommit, {
    params: { ...repoParams(kind, id), rev },
    query: {},
  })
}
