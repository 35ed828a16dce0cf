import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openXet, packFile, sendPacked } from '@stoa/testkit'
import type { Seeded } from './seeded.js'

const run = promisify(execFile)
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What the server said is stored. */
export type Acknowledged =
  | {
      readonly kind: 'file'
      readonly repo: string
      readonly commit: string
      readonly path: string
      readonly sha256: string
    }
  | { readonly kind: 'large'; readonly repo: string; readonly sha256: string; readonly size: number }

export interface Work {
  readonly url: string
  readonly token: string
  readonly scratch: string
  readonly random: Seeded
  readonly round: number
  /** Told after the server's answer. */
  acknowledge(what: Acknowledged): void
}

/** One writer goes on until the server does not answer any more. */
export type Writer = (work: Work) => Promise<void>

export const REPOS = ['commits', 'pushes', 'lfs', 'xet'] as const
export const GIT_ENV = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.test',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.test',
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
}

export const remote = (work: Pick<Work, 'url' | 'token'>, repo: string): string =>
  `${work.url}/alice/${repo}`.replace('://', `://alice:${work.token}@`)

interface Line {
  readonly key: string
  readonly value: object
}

async function commit(work: Work, repo: string, lines: readonly Line[]): Promise<string> {
  const all = [{ key: 'header', value: { summary: `round ${work.round}` } }, ...lines]
  const answer = await demand(work, `/api/models/alice/${repo}/commit/main`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: all.map((line) => JSON.stringify(line)).join('\n'),
  })
  return ((await answer.json()) as { commitOid: string }).commitOid
}

async function demand(work: Work, path: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${work.token}`, ...(init.headers as Record<string, string>) }
  const answer = await fetch(path.startsWith('http') ? path : work.url + path, { ...init, headers })
  if (!answer.ok) throw new Refused(`${init.method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

/** The server answered, and said no: that is a fault, where a broken connection is what these rounds are about. */
export class Refused extends Error {}

const commitFiles: Writer = async (work) => {
  for (let nth = 0; ; nth += 1) {
    const files = Array.from({ length: work.random.between(1, 6) }, (_, at) => ({
      path: `r${work.round}/${nth}-${at}.txt`,
      content: work.random.bytes(work.random.between(10, 20_000)),
    }))
    const oid = await commit(
      work,
      'commits',
      files.map(({ path, content }) => ({
        key: 'file',
        value: { path, content: content.toString('base64'), encoding: 'base64' },
      })),
    )
    for (const { path, content } of files)
      work.acknowledge({ kind: 'file', repo: 'commits', commit: oid, path, sha256: sha256(content) })
  }
}

/** Every fourth push has so many files that it is kept as a pack of its own. */
const pushGit: Writer = async (work) => {
  const clone = join(work.scratch, 'pushes')
  const git = (...args: string[]) => run('git', ['-c', 'gc.auto=0', ...args], { cwd: clone, env: GIT_ENV })
  for (let nth = 0; ; nth += 1) {
    const folder = `r${work.round}-${nth}`
    mkdirSync(join(clone, folder), { recursive: true })
    const count = nth % 4 === 3 ? 450 : work.random.between(1, 20)
    const files = Array.from({ length: count }, (_, at) => {
      const content = work.random.bytes(work.random.between(10, 3000))
      writeFileSync(join(clone, folder, `${at}.bin`), content)
      return { path: `${folder}/${at}.bin`, content }
    })
    await git('add', '.')
    await git('commit', '-q', '-m', folder)
    await git('push', '-q', remote(work, 'pushes'), 'HEAD:refs/heads/main')
    const oid = (await git('rev-parse', 'HEAD')).stdout.trim()
    for (const { path, content } of files.slice(0, 3))
      work.acknowledge({ kind: 'file', repo: 'pushes', commit: oid, path, sha256: sha256(content) })
  }
}

const sendLfs: Writer = async (work) => {
  for (let nth = 0; ; nth += 1) {
    const content = work.random.bytes(work.random.between(1000, 3_000_000))
    const oid = sha256(content)
    const answer = await demand(work, '/alice/lfs.git/info/lfs/objects/batch', {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.git-lfs+json' },
      body: JSON.stringify({ operation: 'upload', transfers: ['basic'], objects: [{ oid, size: content.length }] }),
    })
    const { objects } = (await answer.json()) as { objects: { actions?: { upload: { href: string } } }[] }
    const href = objects[0]?.actions?.upload.href
    if (href) await demand(work, href, { method: 'PUT', body: new Uint8Array(content) })
    work.acknowledge({ kind: 'large', repo: 'lfs', sha256: oid, size: content.length })
    await commitLarge(work, 'lfs', `r${work.round}/${nth}.bin`, content)
  }
}

const sendXet: Writer = async (work) => {
  const session = await openXet(work.url, work.token, 'models/alice/xet')
  for (let nth = 0; ; nth += 1) {
    const content = work.random.bytes(work.random.between(1000, 2_000_000))
    await sendPacked(session, await packFile(content))
    work.acknowledge({ kind: 'large', repo: 'xet', sha256: sha256(content), size: content.length })
    await commitLarge(work, 'xet', `r${work.round}/${nth}.bin`, content)
  }
}

async function commitLarge(work: Work, repo: string, path: string, content: Buffer): Promise<void> {
  const oid = sha256(content)
  const value = { path, algo: 'sha256', oid, size: content.length }
  const made = await commit(work, repo, [{ key: 'lfsFile', value }])
  work.acknowledge({ kind: 'file', repo, commit: made, path, sha256: oid })
}

export const WRITERS: readonly Writer[] = [commitFiles, pushGit, sendLfs, sendXet]
