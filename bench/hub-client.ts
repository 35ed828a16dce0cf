import { createReadStream, statSync, writeFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** One person with one write token; what the benchmarks' servers are started with. */
export const NAME = 'alice'
export const TOKEN = 'hf_benchAlice0000000000000000000000000'

/** Writes a manifest that makes the person; its path, for STOA_BOOTSTRAP. */
export function writeManifest(folder: string): string {
  const path = join(folder, 'manifest.yaml')
  const token = `{ name: w, role: write, value: ${TOKEN} }`
  writeFileSync(path, `lenient: true\nusers:\n  - { name: ${NAME}, tokens: [${token}] }\n`)
  return path
}

async function post(url: string, body: string, type = 'application/json'): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': type,
    accept: 'application/json',
    connection: 'close',
  }
  const answer = await fetch(url, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

export async function createRepo(url: string, name: string): Promise<void> {
  await post(`${url}/api/repos/create`, JSON.stringify({ type: 'model', name, private: false }))
}

export interface LargeFile {
  readonly path: string
  /** SHA-256, 64 hex. */
  readonly oid: string
}

interface BatchAnswer {
  readonly objects: { actions?: { upload?: { href: string; header?: Record<string, string> } } }[]
}

/** Sends one file over LFS basic: batch, then the bytes. */
export async function sendLfs(url: string, repo: string, { path, oid }: LargeFile): Promise<void> {
  const objects = [{ oid, size: statSync(path).size }]
  const body = JSON.stringify({ operation: 'upload', transfers: ['basic'], objects })
  const address = `${url}/${NAME}/${repo}.git/info/lfs/objects/batch`
  const batch = (await post(address, body, 'application/vnd.git-lfs+json')) as BatchAnswer
  const upload = batch.objects[0]?.actions?.upload
  if (upload === undefined) throw new Error('the object is there already')
  const headers = { ...upload.header, 'content-length': String(objects[0]?.size) }
  await sendBytes(upload.href, { method: 'PUT', headers }, createReadStream(path, { highWaterMark: 1 << 20 }))
}

/** Sends bytes over a bare request, which costs a core far less than `fetch` does. Throws unless they were taken. */
export function sendBytes(url: string, options: RequestOptions, bytes: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = request(url, options, (answer) => {
      const taken = answer.statusCode !== undefined && answer.statusCode < 300
      answer.resume().on('end', () => (taken ? resolve() : reject(new Error(`${url}: ${answer.statusCode}`))))
    })
    sending.on('error', reject)
    bytes.on('error', reject).pipe(sending)
  })
}

/** Commits a large file that was sent before. */
export async function commitLarge(url: string, repo: string, name: string, file: LargeFile): Promise<void> {
  const size = statSync(file.path).size
  const lines = [
    { key: 'header', value: { summary: `Add ${name}` } },
    { key: 'lfsFile', value: { path: name, algo: 'sha256', oid: file.oid, size } },
  ]
  const body = lines.map((line) => JSON.stringify(line)).join('\n')
  await post(`${url}/api/models/${NAME}/${repo}/commit/main`, body, 'application/x-ndjson')
}
