import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startBuilt } from './built-server.js'
import { createRepo, NAME, TOKEN, writeManifest } from './hub-client.js'
import { median, report, ROOT } from './report.js'

/** Clone and push of many files with the real git, against `git http-backend` on bare repositories, in turns. */
const FILES = 20_000
const FOLDERS = 200
const ROUNDS = 3
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

async function startRival(): Promise<{ url: string; stop(): void }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'bench/git-http-backend.ts'), join(folder, 'bare')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: `http://127.0.0.1:${line.toString().trim()}`, stop: () => void child.kill() }
}

interface Side {
  readonly name: string
  /** Makes an empty repository; answers its remote. */
  create(name: string): Promise<string>
}

async function createOurs(url: string, name: string): Promise<string> {
  await createRepo(url, name)
  return `${url.replace('://', `://${NAME}:${TOKEN}@`)}/${NAME}/${name}`
}

async function createTheirs(url: string, name: string): Promise<string> {
  const dir = join(folder, 'bare', `${name}.git`)
  mkdirSync(dir, { recursive: true })
  await git(dir, 'init', '-q', '--bare', '-b', 'main')
  await git(dir, 'config', 'http.receivepack', 'true')
  await git(dir, 'config', 'receive.autogc', 'false')
  await git(dir, 'config', 'uploadpack.allowFilter', 'true')
  return `${url}/${name}.git`
}

const work = await makeWork()
const server = await startBuilt(PORT, { STOA_DATA_DIR: join(folder, 'data'), STOA_BOOTSTRAP: writeManifest(folder) })
const rival = await startRival()
const sides: Side[] = [
  { name: 'ours', create: (name) => createOurs(server.url, name) },
  { name: 'rival', create: (name) => createTheirs(rival.url, name) },
]
const measured = new Map<string, number[]>()
for (let round = 0; round <= ROUNDS; round++) {
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
    const remote = await side.create(`files-${round}`)
    const copies = join(folder, 'copies')
    mkdirSync(copies, { recursive: true })
    const results = {
      push: await time(work, 'push', '-q', '-f', remote, 'main'),
      clone: await time(copies, 'clone', '-q', remote, 'full'),
      bare: await time(copies, 'clone', '-q', '--bare', remote, 'bare'),
      shallow: await time(copies, 'clone', '-q', '--bare', '--depth=1', '--filter=blob:none', remote, 'shallow'),
    }
    rmSync(copies, { recursive: true, force: true })
    if (round === 0) continue
    for (const [name, ms] of Object.entries(results)) {
      const key = `${side.name} ${name}`
      measured.set(key, [...(measured.get(key) ?? []), ms])
    }
  }
}
rival.stop()
await server.stop()
rmSync(folder, { recursive: true, force: true })
const of = (side: string, name: string): number => median(measured.get(`${side} ${name}`) ?? [])
const NAMES = {
  push: 'push of 20,000 files',
  clone: 'clone of 20,000 files, checked out',
  bare: 'clone of 20,000 files, bare',
  shallow: 'clone --depth=1 --filter=blob:none, bare',
}
const figures = Object.entries(NAMES).map(([key, name]) => ({
  name,
  unit: 'ms',
  ours: of('ours', key),
  rival: { name: 'git http-backend', value: of('rival', key) },
}))
report('git', figures, ['smaller is better; the limit is a ratio of 1.3'])
process.exit(0)
