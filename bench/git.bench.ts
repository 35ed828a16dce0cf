import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startBuilt } from './built-server.js'
import { processorMs } from './processor-time.js'
import { createRepo, NAME, TOKEN, writeManifest } from './hub-client.js'
import { median, report, ROOT } from './report.js'

/**
 * Clone and push of many files with the real git, against `git http-backend` on bare repositories, in turns. Pushes also
 * against repositories that check what they are sent (`receive.fsckObjects`), as ours always do.
 */
const FILES = 20_000
const FOLDERS = 200
const PUSH_ROUNDS = 9
const CLONE_ROUNDS = 3
/** Between the rounds: what a push starts in the background is over by then. It pushes at once into the repository it makes. */
const PAUSE_MS = 1_000
const PORT = 17_312

const folder = mkdtempSync(join(tmpdir(), 'stoa-bench-git-'))
const ENV = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
const CONFIG = ['user.name=Bench', 'user.email=bench@example.org', 'gc.auto=0'].flatMap((setting) => ['-c', setting])
const run = promisify(execFile)
const git = async (cwd: string, ...args: string[]): Promise<void> => {
  await run('git', [...CONFIG, ...args], { cwd, env: ENV })
}

/** Milliseconds of one git command. */
async function time(cwd: string, ...args: string[]): Promise<number> {
  const startedAt = performance.now()
  await git(cwd, ...args)
  return performance.now() - startedAt
}

async function makeWork(): Promise<string> {
  const work = join(folder, 'work')
  for (let at = 0; at < FILES; at++) {
    const dir = join(work, `folder-${at % FOLDERS}`)
    mkdirSync(dir, { recursive: true })
    writeFileSync(
      join(dir, `file-${at}.json`),
      JSON.stringify({ id: at, text: `row ${at * 7919} `.repeat(10 + (at % 40)) }),
    )
  }
  await git(work, 'init', '-q', '-b', 'main')
  await git(work, 'add', '.')
  await git(work, 'commit', '-q', '-m', `${FILES} files`)
  await git(work, 'gc', '-q')
  return work
}

async function startRival(): Promise<{ url: string; pid: number; stop(): void }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'bench/git-http-backend.ts'), join(folder, 'bare'), `${NAME}:${TOKEN}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const url = `http://${NAME}:${TOKEN}@127.0.0.1:${line.toString().trim()}`
  return { url, pid: child.pid ?? 0, stop: () => void child.kill() }
}

interface Side {
  readonly name: string
  /** The process that serves it. */
  readonly pid: number
  /** Makes an empty repository; answers its remote. */
  create(name: string): Promise<string>
}

async function createOurs(url: string, name: string): Promise<string> {
  await createRepo(url, name)
  return `${url.replace('://', `://${NAME}:${TOKEN}@`)}/${NAME}/${name}`
}

async function createTheirs(url: string, name: string, isChecking: boolean): Promise<string> {
  const dir = join(folder, 'bare', `${name}.git`)
  mkdirSync(dir, { recursive: true })
  await git(dir, 'init', '-q', '--bare', '-b', 'main')
  await git(dir, 'config', 'http.receivepack', 'true')
  await git(dir, 'config', 'receive.autogc', 'false')
  if (isChecking) await git(dir, 'config', 'receive.fsckObjects', 'true')
  await git(dir, 'config', 'uploadpack.allowFilter', 'true')
  return `${url}/${name}.git`
}

const work = await makeWork()
const server = await startBuilt(PORT, { STOA_DATA_DIR: join(folder, 'data'), STOA_BOOTSTRAP: writeManifest(folder) })
const rival = await startRival()
const sides: Side[] = [
  { name: 'ours', pid: server.pid, create: (name) => createOurs(server.url, name) },
  { name: 'plain', pid: rival.pid, create: (name) => createTheirs(rival.url, name, false) },
  { name: 'checking', pid: rival.pid, create: (name) => createTheirs(rival.url, `c-${name}`, true) },
]
const measured = new Map<string, number[]>()
/** Addresses of what was pushed, by side and round. */
const remotes = new Map<string, string>()
type Measured = Record<string, number>

async function push({ name, pid, create }: Side, round: number): Promise<Measured> {
  const remote = await create(`files-${round}`)
  const before = processorMs(pid)
  const ms = await time(work, 'push', '-q', '-f', remote, 'main')
  const after = processorMs(pid)
  remotes.set(`${name} ${round}`, remote)
  await sleep(PAUSE_MS)
  return { push: ms, processor: after - before, following: processorMs(pid) - after }
}

async function clone({ name }: Side, round: number): Promise<Measured> {
  const remote = remotes.get(`${name} ${round}`) ?? ''
  const copies = join(folder, 'copies')
  mkdirSync(copies, { recursive: true })
  const results = {
    clone: await time(copies, 'clone', '-q', remote, 'full'),
    bare: await time(copies, 'clone', '-q', '--bare', remote, 'bare'),
    shallow: await time(copies, 'clone', '-q', '--bare', '--depth=1', '--filter=blob:none', remote, 'shallow'),
  }
  rmSync(copies, { recursive: true, force: true })
  return results
}

/** Measures the sides in turns; the first round is not counted. */
async function inTurns(who: readonly Side[], rounds: number, measure: typeof push): Promise<void> {
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? who : who.toReversed()) {
      const results = await measure(side, round)
      if (round === 0) continue
      for (const [name, ms] of Object.entries(results)) {
        const key = `${side.name} ${name}`
        measured.set(key, [...(measured.get(key) ?? []), ms])
      }
    }
  }
}

await inTurns(sides, PUSH_ROUNDS, push)
await inTurns(sides.slice(0, 2), CLONE_ROUNDS, clone)
rival.stop()
await server.stop()
rmSync(folder, { recursive: true, force: true })
const of = (side: string, name: string): number => median(measured.get(`${side} ${name}`) ?? [])
const PLAIN = 'git http-backend'
const CHECKING = 'git http-backend with fsckObjects'
const figure = (name: string, key: string, rival: 'plain' | 'checking') => ({
  name,
  unit: 'ms',
  ours: of('ours', key),
  rival: { name: rival === 'plain' ? PLAIN : CHECKING, value: of(rival, key) },
})
const figures = [
  figure('push of 20,000 files', 'push', 'plain'),
  figure('push of 20,000 files', 'push', 'checking'),
  figure('processor time of the server in a push', 'processor', 'plain'),
  figure('processor time of the server in a push', 'processor', 'checking'),
  figure('clone of 20,000 files, checked out', 'clone', 'plain'),
  figure('clone of 20,000 files, bare', 'bare', 'plain'),
  figure('clone --depth=1 --filter=blob:none, bare', 'shallow', 'plain'),
]
const notes = [
  'smaller is better; the limit is a ratio of 1.3',
  `medians of ${PUSH_ROUNDS} pushes, each at once into the repository made for it, and ${CLONE_ROUNDS} clones, in turns after one that is not counted`,
  `processor time of ours in the ${PAUSE_MS} ms after a push, which index what came: ${Math.round(of('ours', 'following'))} ms`,
  'all demand a password for pushes and send 401 first; ours always checks objects and links',
  `rounds of pushes, ms: ${['ours', 'plain', 'checking'].map((side) => `${side} ${(measured.get(`${side} push`) ?? []).map(Math.round).join(' ')}`).join('; ')}`,
]
report('git', figures, notes)
process.exit(0)
