import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyTemplateDatabase, joinProgram } from '@stoa/server/testing'
import { afterAll, describe, expect, it } from 'vitest'

const MAIN = await joinProgram(new URL('./main.ts', import.meta.url))
const BIN = fileURLToPath(new URL('../bin/stoa.mjs', import.meta.url))
const START_MS = 120_000
const folder = mkdtempSync(join(tmpdir(), 'stoa-serve-'))
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

let count = 0
const freshDir = (): string => join(folder, `data-${count++}`)

function launch(environment: Record<string, string>) {
  const env = { PATH: process.env['PATH'] ?? '', STOA_PORT: '0', STOA_DATA_DIR: freshDir(), ...environment }
  const child = spawn(process.execPath, [MAIN, 'serve'], { env })
  children.add(child)
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => void (text.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (text.err += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => {
    children.delete(child)
    return code as number | null
  })
  return { child, text, ended }
}

/** Runs `stoa serve` until it fails, on a database that is made already; its one line. */
async function failure(environment: Record<string, string>): Promise<string> {
  const dataDir = freshDir()
  await copyTemplateDatabase(join(dataDir, 'database'))
  const { text, ended } = launch({ STOA_DATA_DIR: dataDir, ...environment })
  expect(await ended).toBe(1)
  expect(text.out).toBe('')
  expect(text.err.trimEnd().split('\n'), text.err).toHaveLength(1)
  return text.err.trimEnd()
}

async function ready(started: ReturnType<typeof launch>): Promise<void> {
  for (;;) {
    if (started.text.out.includes('idle memory')) return
    if (started.child.exitCode !== null) throw new Error(`it ended: ${started.text.err}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('stoa serve', () => {
  it(
    'prints address, data folder, admin link and idle memory, keeps a second one off its data, and stops in order',
    async () => {
      const dataDir = freshDir()
      const first = launch({ STOA_DATA_DIR: dataDir })
      await ready(first)
      expect(first.text.out).toMatch(/^Stoa is ready at http:\/\/127\.0\.0\.1:\d+ after \d+\.\d s\n/)
      expect(first.text.out).toContain(`data folder   ${dataDir}\n`)
      expect(first.text.out).toMatch(/idle memory {3}\d+ MB\n/)
      expect(first.text.out).toMatch(/become admin {2}http:\/\/127\.0\.0\.1:\d+\/redeem#[\w-]{43} /)
      expect(await failure({ STOA_DATA_DIR: dataDir })).toMatch(/in use|is used/)
      first.child.kill('SIGTERM')
      expect(await first.ended).toBe(0)
    },
    START_MS,
  )

  it(
    'says in one line that the port is taken',
    async () => {
      const other = createServer().listen(0, '127.0.0.1')
      await once(other, 'listening')
      const { port } = other.address() as AddressInfo
      const line = await failure({ STOA_PORT: String(port) })
      expect(line).toBe(
        `Port ${port} is taken by another program. Stop that program, or choose another port: STOA_PORT=${port + 1}.`,
      )
      other.close()
    },
    START_MS,
  )

  it(
    'says in one line that the database is down, and never its password',
    async () => {
      const line = await failure({ STOA_DATABASE_URL: 'postgres://stoa:hunter2@127.0.0.1:1/stoa' })
      expect(line).toContain('The database 127.0.0.1:1/stoa does not answer')
      expect(line).not.toContain('hunter2')
    },
    START_MS,
  )

  it(
    'says in one line which setting, manifest or folder cannot be used',
    async () => {
      expect(await failure({ STOA_PORT: 'many' })).toMatch(/^A setting cannot be used: STOA_PORT: /)
      const file = join(folder, 'a-file')
      writeFileSync(file, 'x')
      expect(await failure({ STOA_DATA_DIR: join(file, 'data') })).toContain('cannot be used (ENOTDIR')
      expect(await failure({ STOA_BOOTSTRAP: join(folder, 'none.yaml') })).toContain('(STOA_BOOTSTRAP) cannot be read')
      const manifest = join(folder, 'wrong.yaml')
      writeFileSync(manifest, 'users:\n  - nmae: x\n')
      expect(await failure({ STOA_BOOTSTRAP: manifest })).toBe(
        `The bootstrap manifest could not be applied: ${manifest}:2:5: users[0].name: missing; expected string`,
      )
    },
    START_MS,
  )

  it('says in one line that Node is too old, before anything else is loaded', () => {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.20.0"})`
    const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, BIN, 'serve'], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toBe('Stoa needs Node 20.19 or newer; this is 18.20.0. Install a newer Node and run this again.\n')
  })

  const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0
  it.skipIf(!canMount)(
    'says in one line that the disk is full',
    () => {
      const script = 'mount -t tmpfs -o size=2m tmpfs "$STOA_DATA_DIR" && exec "$@"'
      const dataDir = mkdtempSync(join(folder, 'full-'))
      const env = { PATH: process.env['PATH'] ?? '', STOA_PORT: '0', STOA_DATA_DIR: dataDir }
      const command = ['-rm', 'sh', '-c', script, 'sh', process.execPath, MAIN, 'serve']
      const { status, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env })
      expect(status).toBe(1)
      expect(stderr).toBe(`The disk of ${dataDir} is full. Free space, or move the data and set STOA_DATA_DIR.\n`)
    },
    START_MS,
  )
})
