import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DirectoryInUse } from './directory-lock.js'
import { openDataDir } from './open-data-dir.js'

let parent: string
let dataDir: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'stoa-data-'))
  dataDir = join(parent, 'data')
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

it('makes a private folder, once, and keeps a second server out', async () => {
  const lock = await openDataDir(dataDir)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  expect(JSON.parse(readFileSync(join(dataDir, 'layout.json'), 'utf8'))).toEqual({ layout: 1 })
  await expect(openDataDir(dataDir)).rejects.toThrow(DirectoryInUse)
  await lock.release()
  await (await openDataDir(dataDir)).release()
})

it('refuses folders that are foreign, newer, damaged or of another engine, and changes nothing', async () => {
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'holiday.jpg'), '')
  await expect(openDataDir(dataDir)).rejects.toThrow('not a data folder of Stoa')
  rmSync(join(dataDir, 'holiday.jpg'))
  writeFileSync(join(dataDir, 'layout.json'), '{"layout":2}')
  await expect(openDataDir(dataDir)).rejects.toThrow('newer version')
  writeFileSync(join(dataDir, 'layout.json'), '{"lay')
  await expect(openDataDir(dataDir)).rejects.toThrow('damaged')
  writeFileSync(join(dataDir, 'layout.json'), '{"layout":1}')
  mkdirSync(join(dataDir, 'database'))
  writeFileSync(join(dataDir, 'database/PG_VERSION'), '17\n')
  await expect(openDataDir(dataDir)).rejects.toThrow('PostgreSQL 17')
})
