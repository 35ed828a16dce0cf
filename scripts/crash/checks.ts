import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hashToText, loadKeyedHashes, parseXorb, xorbHash } from '@stoa/xet'
import type { BlobStore } from '../../packages/server/src/kit/blobs/port.js'
import { type Acknowledged, GIT_ENV, remote, REPOS, sha256, type Work } from './workload.js'

const run = promisify(execFile)
const AT_ONCE = 8

type Place = Pick<Work, 'url' | 'token' | 'scratch'>

/** Every acknowledged thing is there, byte for byte. */
export async function checkAcknowledged(place: Place, all: readonly Acknowledged[]): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE)
    await Promise.all(all.slice(at, at + AT_ONCE).map((one) => checkOne(place, one)))
}

async function checkOne({ url, token }: Place, one: Acknowledged): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const address =
    one.kind === 'file'
      ? `${url}/alice/${one.repo}/resolve/${one.commit}/${one.path}`
      : await addressOf(url, token, one)
  const answer = await fetch(address, one.kind === 'file' ? { headers } : {})
  const bytes = Buffer.from(await answer.arrayBuffer())
  if (answer.status !== 200 || sha256(bytes) !== one.sha256)
    throw new Error(`acknowledged, and not there (${answer.status}, ${bytes.length} bytes): ${JSON.stringify(one)}`)
}

async function addressOf(url: string, token: string, one: Extract<Acknowledged, { kind: 'large' }>): Promise<string> {
  const answer = await fetch(`${url}/alice/${one.repo}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ operation: 'download', objects: [{ oid: one.sha256, size: one.size }] }),
  })
  const { objects } = (await answer.json()) as { objects: { actions?: { download: { href: string } } }[] }
  const href = objects[0]?.actions?.download.href
  if (!href) throw new Error(`acknowledged, and not there: ${JSON.stringify(one)}`)
  return href
}

/** Each repository clones whole, `git fsck` finds nothing, and its branch holds every acknowledged commit. */
export async function checkRepositories(place: Place, all: readonly Acknowledged[]): Promise<void> {
  for (const repo of REPOS) {
    const folder = join(place.scratch, `check-${repo}.git`)
    rmSync(folder, { recursive: true, force: true })
    const env = { ...GIT_ENV, GIT_LFS_SKIP_SMUDGE: '1' }
    await run('git', ['clone', '-q', '--mirror', remote(place, repo), folder], { env })
    const fsck = await run('git', ['-C', folder, 'fsck', '--strict', '--full', '--no-dangling'], { env })
    const noise = fsck.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Checking'))
    if (noise.length > 0) throw new Error(`git fsck of ${repo}: ${noise.join('; ')}`)
    const commits = new Set(all.flatMap((one) => (one.kind === 'file' && one.repo === repo ? [one.commit] : [])))
    for (const commit of commits)
      await run('git', ['-C', folder, 'merge-base', '--is-ancestor', commit, 'refs/heads/main'], { env })
  }
}

/** Reads blobs not read before: each is what its name says. Returns how many were read. */
export async function checkBlobs(blobs: BlobStore, seen: Set<string>): Promise<number> {
  const hashes = await loadKeyedHashes()
  let read = 0
  for (const prefix of ['git/', 'lfs/', 'xorbs/']) {
    for await (const { key } of blobs.list(prefix)) {
      if (seen.has(key)) continue
      seen.add(key)
      const parts: Buffer[] = []
      const found = await blobs.get(key)
      for await (const part of found?.body ?? []) parts.push(part as Buffer)
      const bytes = Buffer.concat(parts)
      const name = /\/([0-9a-f]{64})\.[^/]+$/.exec(key)?.[1]
      if (prefix === 'lfs/' && sha256(bytes) !== name) throw new Error(`torn blob ${key}`)
      if (prefix === 'xorbs/' && hashToText(xorbHash(parseXorb(bytes, hashes).chunks, hashes)) !== name)
        throw new Error(`torn xorb ${key}`)
      if (key.endsWith('.pack') && !isWholePack(bytes)) throw new Error(`torn pack ${key}`)
      read += 1
    }
  }
  return read
}

function isWholePack(bytes: Buffer): boolean {
  const end = bytes.length - 20
  return createHash('sha1').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))
}
