import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinProgram } from '../join-sources.js'
import { DirectoryInUse, lockDirectory } from './directory-lock.js'

const CONTENDERS = 4
const ROUNDS = Number(process.env['STOA_TEST_LOCK_ROUNDS'] ?? 6)
const CONTENDER = await joinProgram(new URL('./lock-contender.ts', import.meta.url))

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stoa-lock-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('directory lock', () => {
  it('is held by one, and free after its release', async () => {
    const lock = await lockDirectory(directory)
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
    await lock.release()
    expect(readdirSync(directory)).toEqual([])
    await (await lockDirectory(directory)).release()
  })

  it('has one winner among contenders of one process', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)))
    const won = results.filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(1)
    await won[0]?.value.release()
  })

  it('ignores other files, and works in folders with long names', async () => {
    const long = join(directory, 'x'.repeat(120))
    mkdirSync(long)
    writeFileSync(join(long, 'lock.txt.bak'), '')
    const lock = await lockDirectory(long)
    await expect(lockDirectory(long)).rejects.toThrow(DirectoryInUse)
    await lock.release()
  })

  it(`has exactly one winner among ${CONTENDERS} processes, ${ROUNDS} times, each after a kill -9`, async () => {
    const processes = await Promise.all(Array.from({ length: CONTENDERS }, startContender))
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const answers = await Promise.all(processes.map((child) => tryLock(child, directory)))
        expect(answers.filter((answer) => answer === 'held')).toHaveLength(1)
        const winner = answers.indexOf('held')
        await kill(processes[winner] as ChildProcess)
        processes[winner] = await startContender()
      }
    } finally {
      await Promise.all(processes.map(kill))
    }
  })
})

async function startContender(): Promise<ChildProcess> {
  const child = fork(CONTENDER, { execArgv: [] })
  await message(child)
  return child
}

const tryLock = async (child: ChildProcess, where: string): Promise<string> => {
  child.send(where)
  return await message(child)
}

const message = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once('message', (text) => resolve(String(text)))
    child.once('exit', () => reject(new Error('a contender died')))
  })

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.removeAllListeners('message')
  child.kill('SIGKILL')
  await ended
}
