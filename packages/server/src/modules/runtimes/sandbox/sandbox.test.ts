import { copyFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SandboxLevel } from './launch-plan.js'
import { createSandbox, LoadFailure, type Replica, type Sandbox } from './sandbox.js'

const MODEL_DIR = resolve('seed/models/tiny-llama')
const MODEL_FILE = 'tiny-llama.q8_0.gguf'
const MIB = 1024 * 1024

const model = (modelDir: string, modelFile: string, memoryBytes = 800 * MIB) => ({
  id: 'probe',
  memoryBytes,
  startTimeoutMs: 30_000,
  spec: {
    runtime: 'llama' as const,
    modelDir,
    modelFile,
    deploymentId: 'd',
    threads: 1,
    sequences: 2,
    contextTokens: 256,
  },
})

/** A process that tries to get out, and says how each attempt ended. */
const escapeScript = (port: number, secretFile: string, dataDir: string): string => `
const fs = require('fs'), net = require('net')
const attempt = (name, work) => { try { console.log(name + '=' + work()) } catch (error) { console.log(name + '=refused') } }
attempt('env', () => Object.keys(process.env).filter((key) => key.startsWith('STOA_')).length + (JSON.stringify(process.env).includes('s3cret') ? 'leak' : ''))
attempt('secret', () => fs.readFileSync(${JSON.stringify(secretFile)}, 'utf8'))
attempt('list', () => fs.readdirSync(${JSON.stringify(dataDir)}).length)
attempt('write', () => fs.writeFileSync('/usr/stoa-was-here', 'x'))
const socket = net.connect(${port}, '127.0.0.1')
socket.on('connect', () => { console.log('net=open'); process.exit() })
socket.on('error', () => { console.log('net=refused'); process.exit() })
`

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const LEVELS: readonly SandboxLevel[] = ['bwrap', 'namespaces', 'plain']

describe.each(LEVELS)('sandbox level %s', (level) => {
  let sandbox: Sandbox
  let outside: Server
  let dataDir: string
  let works = false

  beforeAll(async () => {
    process.env['STOA_TEST_SECRET'] = 's3cret'
    sandbox = createSandbox(level)
    outside = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    dataDir = await mkdtemp(join(tmpdir(), 'stoa-secret-'))
    await writeFile(join(dataDir, 'instance.key'), 's3cret')
    const probe = await sandbox.runScript('console.log("works")', 512 * MIB)
    works = probe.output.includes('works')
  })
  afterAll(async () => {
    delete process.env['STOA_TEST_SECRET']
    await sandbox.stop()
    outside.close()
    await rm(dataDir, { recursive: true })
  })

  it('[S5] keeps a replica from the data folder, the environment, the disk and the network', async (context) => {
    if (!works) return context.skip(`${level} does not work on this machine`)
    const { port } = outside.address() as { port: number }
    const { output } = await sandbox.runScript(escapeScript(port, join(dataDir, 'instance.key'), dataDir), 512 * MIB)
    expect(output).toContain('secret=refused')
    expect(output).toContain('list=refused')
    expect(output).toContain('env=0')
    expect(output).toContain('write=refused')
    expect(output).not.toContain('s3cret')
    expect(output).toContain(level === 'plain' ? 'net=open' : 'net=refused')
  })

  it('[S5] ends what passes its memory limit and says why', async (context) => {
    if (!works) return context.skip(`${level} does not work on this machine`)
    const hog = 'const held = []; setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 5)'
    const { exit } = await sandbox.runScript(hog, 200 * MIB)
    expect(exit.isOutOfMemory).toBe(true)
  })

  it('[S5] loads a real model and answers on its socket', async (context) => {
    if (!works) return context.skip(`${level} does not work on this machine`)
    const replica = await sandbox.start(model(MODEL_DIR, MODEL_FILE))
    expect(replica.info).toMatchObject({ runtime: 'llama', contextTokens: 256, hasChat: true })
    await replica.stop()
    expect((await replica.exited).isOutOfMemory).toBe(false)
  })
})

describe('sandbox', () => {
  let sandbox: Sandbox
  let folder: string

  beforeAll(async () => {
    sandbox = createSandbox()
    folder = await mkdtemp(join(tmpdir(), 'stoa-models-'))
  })
  afterAll(async () => {
    await sandbox.stop()
    await rm(folder, { recursive: true })
  })

  it('refuses truncated, scrambled and foreign model files cleanly', async () => {
    const whole = await readFile(join(MODEL_DIR, MODEL_FILE))
    const scrambled = Buffer.from(whole)
    for (let at = 24; at < 4_000; at += 7) scrambled[at] = (scrambled[at] ?? 0) ^ 0xff
    await writeFile(join(folder, 'truncated.gguf'), whole.subarray(0, whole.length >> 1))
    await writeFile(join(folder, 'scrambled.gguf'), scrambled)
    await writeFile(join(folder, 'foreign.gguf'), 'not a model')
    for (const file of ['truncated.gguf', 'scrambled.gguf', 'foreign.gguf']) {
      await expect(sandbox.start(model(folder, file))).rejects.toBeInstanceOf(LoadFailure)
    }
    const healthy = await sandbox.start(model(MODEL_DIR, MODEL_FILE))
    await healthy.stop()
  })

  it('refuses a model that does not fit into its memory', async () => {
    const target = join(folder, 'small.gguf')
    await copyFile(join(MODEL_DIR, MODEL_FILE), target)
    const failure = await sandbox.start(model(folder, 'small.gguf', 40 * MIB)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(LoadFailure)
    expect((failure as LoadFailure).isOutOfMemory).toBe(true)
  })

  it('[S5] dies with the process that started it', async () => {
    const replica: Replica = await sandbox.start(model(MODEL_DIR, MODEL_FILE))
    const helper = await sandbox.forkerPid()
    expect(helper).toBeTypeOf('number')
    const tree = await descendants(helper ?? 0)
    expect(tree.length).toBeGreaterThan(0)
    process.kill(helper ?? 0, 'SIGKILL')
    await replica.exited
    for (let round = 0; round < 40 && tree.some(isAlive); round++) await sleep(50)
    expect(tree.filter(isAlive)).toEqual([])
  })
})

async function descendants(pid: number): Promise<number[]> {
  const file = await open(`/proc/${pid}/task/${pid}/children`).catch(() => null)
  if (!file) return []
  const text = await file.readFile('utf8')
  await file.close()
  const children = text.trim().split(' ').filter(Boolean).map(Number)
  const below = await Promise.all(children.map(descendants))
  return [...children, ...below.flat()]
}
