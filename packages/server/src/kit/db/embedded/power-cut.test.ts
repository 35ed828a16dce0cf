import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../log.js'
import { type Database, openDatabase } from '../database.js'
import { copyTemplateDatabase } from '../test-database.js'
import type { FileOperation } from './recording-fs.js'

// Opening after a crash reads and syncs every file, which takes long on a busy disk.
vi.setConfig({ testTimeout: 90_000 })

/**
 * A power cut keeps what was synced. Of the rest anything may have reached the disk: every unsynced write is kept, lost
 * or torn by a seeded coin, and of the unsynced changes of names the first few are kept (a journalling file system
 * keeps their order, and writes them with the next sync).
 */

const CUTS = Number(process.env['STOA_TEST_POWER_CUTS'] ?? 3)
const ROWS = 120
const TORN_BYTES = 512

const folder = mkdtempSync(join(tmpdir(), 'stoa-power-'))
const live = join(folder, 'live')
const before = join(folder, 'before')
const recordPath = join(folder, 'record')

interface Acknowledged {
  name: string
  /** Length of the record when the commit had been answered. */
  recordBytes: number
}
const acknowledged: Acknowledged[] = []
const inodes = new Map<string, number>()

beforeAll(async () => {
  await copyTemplateDatabase(live)
  cpSync(live, before, { recursive: true })
  for (const path of walk(live)) inodes.set(path, statSync(path).ino)
  writeFileSync(recordPath, '')
  const database = await openDatabase({ databaseUrl: null, embeddedDir: live, log: silentLog, recordPath })
  await Promise.all([0, 1, 2].map((writer) => writeRows(database, writer)))
  await database.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function writeRows(database: Database, writer: number): Promise<void> {
  for (let n = 0; n < ROWS / 3; n++) {
    const name = `row ${writer}/${n}`
    const payload = JSON.stringify({ text: name.repeat(n % 10 === 0 ? 5_000 : 10) })
    await database.write(async (tx) => {
      const row = { name, payload, createdAt: new Date(0) }
      await tx.insertInto('kit.outbox').values(row).execute()
    })
    acknowledged.push({ name, recordBytes: statSync(recordPath).size })
    if (n === 20 && writer === 0) await database.pool.query('checkpoint')
  }
}

function* walk(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    yield join(path, entry.name)
    if (entry.isDirectory()) yield* walk(join(path, entry.name))
  }
}

describe('a power cut', () => {
  it('happens in the middle of syncs, writes and a checkpoint', () => {
    const operations = [...readRecord()]
    expect(acknowledged).toHaveLength(ROWS)
    expect(operations.filter(({ operation }) => operation.op === 'sync').length).toBeGreaterThan(ROWS)
  })

  for (let seed = 1; seed <= CUTS; seed++) {
    it(`loses no acknowledged row and opens again (${seed})`, async () => {
      const coin = createCoin(seed)
      const [first, last] = [acknowledged[0]?.recordBytes ?? 0, statSync(recordPath).size]
      const cutAt = Math.floor(first + coin() * (last - first))
      const names = await openAfterCut(`cut-${seed}`, { cutAt, coin, syncsCount: true })
      const expected = acknowledged.filter((row) => row.recordBytes <= cutAt).map((row) => row.name)
      expect(expected.filter((name) => !names.includes(name))).toEqual([])
    })
  }

  it('would lose rows or the whole database if syncs did nothing', async () => {
    const cutAt = statSync(recordPath).size
    const names = await openAfterCut('control', { cutAt, coin: createCoin(7), syncsCount: false }).catch(() => [])
    expect(names.length).toBeLessThan(ROWS)
  })
})

interface Cut {
  cutAt: number
  coin: () => number
  syncsCount: boolean
}

async function openAfterCut(name: string, cut: Cut): Promise<string[]> {
  const embeddedDir = join(folder, name)
  replay(embeddedDir, cut)
  const database = await openDatabase({ databaseUrl: null, embeddedDir, log: silentLog })
  try {
    const rows = await database.db.selectFrom('kit.outbox').select(['name', 'payload']).execute()
    for (const row of rows) expect((row.payload as { text: string }).text.startsWith(row.name)).toBe(true)
    const probe = { name: 'probe', payload: '{}', createdAt: new Date(0) }
    await database.write((tx) => tx.insertInto('kit.outbox').values(probe).execute())
    return rows.map((row) => row.name)
  } finally {
    await database.close()
    rmSync(embeddedDir, { recursive: true, force: true })
  }
}

interface Recorded {
  operation: FileOperation
  bytes: Buffer
  endsAt: number
}

function* readRecord(): Generator<Recorded> {
  const record = readFileSync(recordPath)
  for (let at = 0; at < record.length; ) {
    const lineEnd = record.indexOf('\n', at)
    const operation = JSON.parse(record.toString('utf8', at, lineEnd)) as FileOperation
    const sizeBytes = operation.op === 'write' ? operation.sizeBytes : 0
    at = lineEnd + 1 + sizeBytes
    yield { operation, bytes: record.subarray(lineEnd + 1, at), endsAt: at }
  }
}

/** Builds the folder that a computer finds after the cut. */
function replay(target: string, { cutAt, coin, syncsCount }: Cut): void {
  const disk = new Disk()
  for (const { operation, bytes, endsAt } of readRecord()) {
    if (endsAt > cutAt) break
    if (operation.op === 'sync') {
      if (syncsCount) disk.sync(operation.inode)
    } else disk.change(operation, bytes)
  }
  disk.writeTo(target, coin)
}

type Change = { operation: FileOperation; bytes: Buffer }
/** `file` is what a name is given to by its creation. */
type NameChange = { operation: FileOperation; file: number }

class Disk {
  /** Which file an inode number stands for now: a number is used again after its file was removed. */
  readonly #fileOf = new Map<number, number>()
  #lastFile = 0
  readonly #files = new Map<number, { content: Buffer; pending: Change[] }>()
  readonly #names = new Map<string, { file: number; isFolder: boolean }>()
  #pendingNames: NameChange[] = []

  constructor() {
    for (const [path, inode] of inodes) {
      const source = join(before, relative(live, path))
      const isFolder = statSync(source).isDirectory()
      const file = this.#newFile(inode)
      this.#names.set(path, { file, isFolder })
      if (!isFolder) this.#files.set(file, { content: readFileSync(source), pending: [] })
    }
  }

  change(operation: FileOperation, bytes: Buffer): void {
    if (operation.op === 'write' || operation.op === 'truncate')
      this.#fileAt(operation.inode).pending.push({ operation, bytes })
    else this.#pendingNames.push({ operation, file: operation.op === 'create' ? this.#newFile(operation.inode) : 0 })
  }

  sync(inode: number): void {
    const file = this.#fileAt(inode)
    for (const change of file.pending) apply(file, change)
    file.pending = []
    for (const change of this.#pendingNames) this.#applyName(change)
    this.#pendingNames = []
  }

  writeTo(target: string, coin: () => number): void {
    const kept = Math.floor(coin() * (this.#pendingNames.length + 1))
    for (const change of this.#pendingNames.slice(0, kept)) this.#applyName(change)
    mkdirSync(target, { recursive: true })
    for (const [path, { file, isFolder }] of [...this.#names].sort()) {
      const place = join(target, relative(live, path))
      mkdirSync(isFolder ? place : dirname(place), { recursive: true })
      if (!isFolder) writeFileSync(place, this.#afterCut(file, coin))
    }
  }

  #afterCut(number: number, coin: () => number): Buffer {
    const file = this.#file(number)
    const copy = { content: Buffer.from(file.content) }
    for (const change of file.pending) {
      const luck = coin()
      if (luck < 0.4) continue
      const isTorn = luck < 0.7 && change.operation.op === 'write' && change.bytes.length > TORN_BYTES
      const bytes = isTorn
        ? change.bytes.subarray(0, Math.ceil((coin() * change.bytes.length) / TORN_BYTES) * TORN_BYTES)
        : change.bytes
      apply(copy, { ...change, bytes })
    }
    return copy.content
  }

  #applyName({ operation, file }: NameChange): void {
    if (operation.op === 'create') this.#names.set(operation.path, { file, isFolder: operation.isFolder })
    else if (operation.op === 'remove') {
      this.#names.delete(operation.path)
    } else if (operation.op === 'rename') {
      const entry = this.#names.get(operation.from)
      this.#names.delete(operation.from)
      if (entry !== undefined) this.#names.set(operation.to, entry)
    }
  }

  #newFile(inode: number): number {
    this.#fileOf.set(inode, ++this.#lastFile)
    return this.#lastFile
  }

  #fileAt(inode: number): { content: Buffer; pending: Change[] } {
    return this.#file(this.#fileOf.get(inode) ?? this.#newFile(inode))
  }

  #file(number: number): { content: Buffer; pending: Change[] } {
    const file = this.#files.get(number) ?? { content: Buffer.alloc(0), pending: [] }
    this.#files.set(number, file)
    return file
  }
}

function apply(file: { content: Buffer }, { operation, bytes }: Change): void {
  if (operation.op === 'truncate') {
    const content = Buffer.alloc(operation.sizeBytes)
    file.content.copy(content)
    file.content = content
  } else if (operation.op === 'write') {
    const end = operation.position + bytes.length
    if (end > file.content.length) file.content = Buffer.concat([file.content, Buffer.alloc(end - file.content.length)])
    bytes.copy(file.content, operation.position)
  }
}

/** A repeatable source of numbers in [0, 1). */
function createCoin(seed: number): () => number {
  let state = seed * 2_654_435_761
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) | 0
    return (state >>> 0) / 2 ** 32
  }
}
